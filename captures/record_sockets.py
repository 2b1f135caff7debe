#!/usr/bin/env python3
"""Record many connections at once, and beside them what `ss -tan` says of both hosts.

    sudo ./record_sockets.py                                 sockets-load.pcap and its polls, into the folder of this script
    sudo ./record_sockets.py --connections 2100 --out DIR    more of them, elsewhere

Connections close in every way that load brings about: either side first, half-closed, reset, refused, never closed by the
server (CLOSE_WAIT), never answered (SYN_SENT), with a FIN that is never acknowledged. The client has few ports and takes
them again out of TIME_WAIT (tcp_tw_reuse). When all have been made, the hosts are watched until TIME_WAIT and orphaned
FIN_WAIT_2 are over: a little more than 75 seconds in all.

FILE.polls.gz has a line of JSON for each poll: the times just before and just after `ss` (seconds since 1970), the host, and
its sockets as `STATE LOCAL PEER`. Needs what record.py needs, and ss.
"""

import argparse
import gzip
import heapq
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import record

NAME = "sockets-load"
PORTS = "40000 40399"
CLIENT_FIRST, SERVER_FIRST, HALF_CLOSED, LEAKED, RESET, OPEN, LOST_FIN = range(8080, 8087)
REFUSED, UNANSWERED = 8090, 8091
LISTENING = (CLIENT_FIRST, SERVER_FIRST, HALF_CLOSED, LEAKED, RESET, OPEN, LOST_FIN)
SHARES = {
    CLIENT_FIRST: 45, SERVER_FIRST: 20, HALF_CLOSED: 10, LEAKED: 6, RESET: 5, OPEN: 4, REFUSED: 4, LOST_FIN: 3, UNANSWERED: 3,
}  # fmt: skip
# TIME_WAIT and tcp_fin_timeout last 60 s, and a timer of a minute may be 4 s late.
WATCHED = 66


class Load:
    """Connections that are made at a steady rate, each with steps of its own."""

    def __init__(self, lab, connections, seconds, randoms):
        self.lab = lab
        self.randoms = randoms
        self.steps = []
        self.order = itertools.count()
        self.listeners = {port: self.listener(port) for port in LISTENING}
        kinds = randoms.choices(list(SHARES), list(SHARES.values()), k=connections)
        for number, kind in enumerate(kinds):
            self.later(number * seconds / connections, lambda kind=kind: self.begin(kind))

    def listener(self, port):
        made = self.lab.endpoint("server", port)
        made.listen(512)
        return made

    def later(self, seconds, step):
        heapq.heappush(self.steps, (time.monotonic() + seconds, next(self.order), step))

    def run(self):
        while self.steps:
            due, _, step = heapq.heappop(self.steps)
            time.sleep(max(0, due - time.monotonic()))
            step()

    def begin(self, kind):
        client = self.lab.endpoint("client")
        address = record.ADDRESSES[socket.AF_INET]["server"]
        if kind == UNANSWERED:
            client.setblocking(False)
            client.connect_ex((address, kind))
            return
        try:
            client.connect((address, kind))
        except ConnectionRefusedError:
            client.close()
            return
        server, _ = self.listeners[kind].accept()
        self.lab.sockets.append(server)
        server.settimeout(10)
        client.sendall(b"request\n")
        server.recv(100)
        server.sendall(b"reply\n")
        client.recv(100)
        self.later(self.randoms.uniform(0.05, 1), lambda: self.end(kind, client, server))

    def end(self, kind, client, server):
        pause = self.randoms.uniform(0.02, 0.5)
        if kind == CLIENT_FIRST:
            client.close()
            self.later(pause, server.close)
        elif kind == SERVER_FIRST:
            server.close()
            self.later(pause, client.close)
        elif kind == HALF_CLOSED:
            client.shutdown(socket.SHUT_WR)
            self.later(4 * pause, lambda: server.sendall(b"more\n"))
            self.later(8 * pause, server.close)
            self.later(8 * pause + 0.1, client.close)
        elif kind == LEAKED:
            client.close()
        elif kind == RESET:
            record.abort(client)
        elif kind == LOST_FIN:
            client.close()


class Poller:
    """`ss -tanH` in both namespaces again and again, in a process of its own."""

    def __init__(self, lab, path, interval):
        self.pid = os.fork()
        if self.pid == 0:
            with record.clean_exit():
                record.end_with_parent()
                self.poll(lab, path, interval)

    @staticmethod
    def poll(lab, path, interval):
        stopped = []
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
        with gzip.GzipFile(filename="", fileobj=open(path, "wb"), mode="wb", mtime=0) as file:
            while not stopped:
                for host in ("client", "server"):
                    with lab.hosts[host]:
                        before = time.time()
                        said = subprocess.run(("ss", "-tanH"), check=True, capture_output=True, text=True).stdout
                        after = time.time()
                    found = [" ".join(line.split()[i] for i in (0, 3, 4)) for line in said.splitlines()]
                    sockets = sorted(line for line in found if not line.startswith("LISTEN"))
                    poll = {"before": before, "after": after, "host": host, "sockets": sockets}
                    file.write(json.dumps(poll, separators=(",", ":")).encode() + b"\n")
                time.sleep(interval)

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)


def main():
    arguments = parse_arguments()
    if missing := record.what_is_missing() or ("" if shutil.which("ss") else "ss (iproute2)"):
        print(f"record_sockets.py needs {missing}.", file=sys.stderr)
        return 2
    if arguments.check:
        return 0
    arguments.out.mkdir(parents=True, exist_ok=True)
    scenario = record.Scenario(NAME, None, (), options=("-s", "96", "-B", "8192"))
    with tempfile.TemporaryDirectory() as folder:
        lab = record.Lab(scenario, pathlib.Path(folder))
        try:
            play(lab, arguments, pathlib.Path(folder, f"{NAME}.polls.gz"))
        finally:
            lab.close()
        for file in (f"{NAME}.pcap", f"{NAME}.polls.gz"):
            shutil.copy(pathlib.Path(folder, file), arguments.out)
    return 0


def play(lab, arguments, polls):
    for name, value in (("ip_local_port_range", PORTS), ("tcp_tw_reuse", 1), ("tcp_syn_retries", 3), ("tcp_orphan_retries", 4)):
        lab.sysctl("client", name, value)
    lossy = f"tcp dport {LOST_FIN} tcp flags & fin == fin"
    with lab.dropping("server", "input", f"tcp dport {UNANSWERED} drop; {lossy}"):
        lab.start_recording()
        poller = Poller(lab, polls, arguments.interval)
        try:
            began = time.monotonic()
            Load(lab, arguments.connections, arguments.seconds, random.Random(arguments.seed)).run()
            time.sleep(max(0, began + arguments.seconds + WATCHED - time.monotonic()))
        finally:
            poller.stop()
        # A last connection, so that the capture goes on to where the polls end.
        client, server = lab.connect(9090)
        client.close()
        server.close()
        lab.stop_recording()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=9, help="in which they are made")
    parser.add_argument("--interval", type=float, default=2, help="seconds between polls")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="say what is missing, and stop")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
