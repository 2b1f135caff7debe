#!/usr/bin/env python3
"""Record how real TCP connections of the running Linux kernel end, one small capture per ending.

    sudo ./record.py                       record everything into the folder of this script
    sudo ./record.py three-way refused     record some
    sudo ./record.py --out /tmp/endings    record elsewhere
    ./record.py --list                     say what there is

Every ending gets network namespaces of its own: a client and a server, joined by a bare veth pair, or through a
middle that delays every frame. The namespaces have no name; they exist as long as this script holds them open, so
nothing is left behind whatever happens. All traffic stays inside. Sockets belong for life to the namespace in which they
were made, so one process can play both ends and a scenario reads from top to bottom like the exchange it records.

What was recorded is then read back and held to the order of FIN, RST and ACK that the scenario promises (`ends`);
if the machine was too busy to get it right, the scenario is run again, three times at most.

Needs root, iproute2, tcpdump and nftables; one scenario wants dumpcap and is skipped without it.
"""

import argparse
import array
import contextlib
import ctypes
import dataclasses
import fcntl
import heapq
import itertools
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ADDRESSES = {
    socket.AF_INET: {"client": "10.9.0.1", "server": "10.9.0.2"},
    socket.AF_INET6: {"client": "fd00:9::1", "server": "fd00:9::2"},
}
LOOPBACK = "127.0.0.1"
TOOLS = {"ip": "iproute2", "tcpdump": "tcpdump", "nft": "nftables"}
ATTEMPTS = 3
AT_ONCE = 4  # short scenarios at the same time; long ones sleep nearly always and do not count
DELAYED_ACK = 0.06  # by now a receiver has acknowledged whatever it meant to (40 ms)
QUIET = 0.25  # nothing is on its way any more

REQUEST = b"What is the answer to life, the universe and everything?\r\n"
REPLY = b"42, but ask again: the question was not recorded.\r\n"


# ---------------------------------------------------------------------------------------------------------------------
# The scenarios. `ends` is what the recording must show of each connection, in order of first frame: its segments from
# the first FIN or RST on (all of them, if it starts with a SYN): c or s for the sender, its flags, d for data.
# ---------------------------------------------------------------------------------------------------------------------

SCENARIOS = {}

HERE = pathlib.Path(__file__).resolve().parent
VIOLATIONS = HERE.parent / "test" / "violations"

FOUR_WAY = "cFA sA sFA cA"
FOUR_WAY_SERVER_FIRST = "sFA cA cFA sA"
THREE_WAY = "cFA sFA cA"
ABORT = "cRA"


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    play: object  # a function of the lab
    ends: tuple  # one regular expression for each connection
    at: tuple = ("client",)  # where to record: client, middle, server; more than one makes a file each
    device: str = "eth0"  # what to record there
    delay: float = 0.0  # seconds each way, half of it on either side of the middle
    options: tuple = ()  # more options for tcpdump
    recorder: str = "tcpdump"
    offload: bool = False  # leave segmentation and checksums to the (virtual) network card
    starts_late: bool = False  # the scenario itself says when recording starts
    violates: bool = False  # its file goes to test/violations
    takes: int = 3  # seconds, roughly

    def files(self):
        suffix = ".pcapng" if self.recorder == "dumpcap" else ".pcap"
        if len(self.at) == 1:
            return {self.at[0]: self.name + suffix}
        return {place: f"{self.name}-at-{place}{suffix}" for place in self.at}


def scenario(*ends, **settings):
    def register(play):
        name = play.__name__.replace("_", "-")
        SCENARIOS[name] = Scenario(name, play, ends, **settings)
        return play

    return register


# --- closing with FIN


@scenario(FOUR_WAY)
def four_way_client_first(lab):
    client, server = lab.connect(80)
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    server.close()


@scenario(FOUR_WAY_SERVER_FIRST)
def four_way_server_first(lab):
    client, server = lab.connect(80)
    exchange(client, server)
    server.close()
    lab.wait(0.2)
    client.close()


@scenario(THREE_WAY)
def three_way(lab):
    client, server = lab.connect(8080)
    exchange(client, server)
    delay_acks(server)
    client.close()
    server.recv(1)
    server.close()


@scenario("(cFA sFA|sFA cFA) (cA sA|sA cA)", at=("client", "middle", "server"), delay=0.04)
def simultaneous_close(lab):
    client, server = lab.connect(6379)
    exchange(client, server)
    client.close()
    server.close()


@scenario("cFA sA sAd cA sAd cA sFA cA")
def half_close_with_data(lab):
    client, server = lab.connect(873)
    exchange(client, server)
    client.shutdown(socket.SHUT_WR)
    for _ in range(2):
        lab.wait(0.2)
        ack_at_once(client)
        server.sendall(REPLY)
        client.recv(1000)
    lab.wait(0.2)
    server.close()


@scenario(FOUR_WAY)
def ipv6_four_way(lab):
    client, server = lab.connect(443, family=socket.AF_INET6)
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    server.close()


@scenario("sFAd (cA )*cA cFA sA", at=("server",), offload=True, options=("-s", "96"))
def offload_large_segments(lab):
    """The sender's card cuts segments: they exceed the MTU, carry no checksum yet, and the FIN rides on the last."""
    client, server = lab.connect(80)
    exchange(client, server)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    server.sendall(bytes(60_000))
    server.close()
    while client.recv(65536):
        pass
    lab.wait(0.2)
    client.close()


@scenario(FOUR_WAY)
def keep_alive_probes(lab):
    client, server = lab.connect(5432)
    keep_alive(client, idle=1, interval=1)
    exchange(client, server)
    lab.wait(2.5)
    client.close()
    lab.wait(0.2)
    server.close()


@scenario("cS sS cSA sSA .* cFA sA sFA cA", delay=0.02)
def simultaneous_open(lab):
    client, server = lab.endpoint("client", 40179), lab.endpoint("server", 179)
    for end, peer in ((client, ("10.9.0.2", 179)), (server, ("10.9.0.1", 40179))):
        end.setblocking(False)
        end.connect_ex(peer)
    lab.wait(0.2)
    for end in (client, server):
        end.setblocking(True)
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    server.close()


@scenario("cS sSA cA cAd sA sAd cA")
def left_open(lab):
    client, server = lab.connect(3306)
    exchange(client, server)


# --- closing with FIN, and something gets lost or stays out


@scenario("cFA cFA sA sFA cA")
def lost_fin(lab):
    client, server = lab.connect(443)
    exchange(client, server)
    with lab.dropping("server", "input", "tcp flags & fin == fin"):
        client.close()
        lab.wait(0.1)
    lab.wait(0.6)
    server.close()


@scenario("cFA sA sFA cA sFA cA")
def lost_last_ack(lab):
    client, server = lab.connect(80)
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    with lab.dropping("server", "input", "tcp flags == ack"):
        server.close()
        lab.wait(0.1)
    lab.wait(0.5)


@scenario("cFA sA sFA( sFA){1,2}", FOUR_WAY, at=("server",))
def last_ack_never_arrives(lab):
    """The server soon gives up without a word; a second connection shows that time went on."""
    client, server = lab.connect(80)
    exchange(client, server)
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 200)
    client.close()
    lab.wait(0.2)
    with lab.dropping("client", "output", "tcp flags == ack"):
        server.close()
        lab.wait(2.5)
    client, server = lab.connect(80)
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    server.close()


@scenario("cFA( cFA){3,}", takes=7)
def fin_never_acknowledged(lab):
    client, server = lab.connect(443)
    exchange(client, server)
    with lab.dropping("server", "input", "tcp flags & fin == fin"):
        client.close()
        lab.wait(6)
        lab.stop_recording()


@scenario("cFA sA( cA sA){3}", FOUR_WAY, takes=70)
def close_wait_leak(lab):
    """The server never closes. The client's probes show that it is alive; a second connection closes as it should."""
    client, server = lab.connect(5432)
    exchange(client, server)
    keep_alive(client, idle=20, interval=20)
    client.shutdown(socket.SHUT_WR)
    lab.wait(66)
    client, server = lab.connect(5432)
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    server.close()


# --- resets


@scenario("cS sRA")
def refused(lab):
    with contextlib.suppress(ConnectionRefusedError):
        lab.endpoint("client").connect(("10.9.0.2", 8080))


@scenario("cS cS")
def syn_never_answered(lab):
    with lab.dropping("server", "input", "tcp flags & syn == syn"):
        client = lab.endpoint("client")
        client.setblocking(False)
        client.connect_ex(("10.9.0.2", 443))
        lab.wait(1.6)
        lab.stop_recording()


@scenario(ABORT)
def abort_linger_zero(lab):
    client, server = lab.connect(3306)
    exchange(client, server)
    abort(client)


@scenario("sRA")
def abort_unread_data(lab):
    client, server = lab.connect(8080)
    exchange(client, server)
    client.sendall(REQUEST)
    lab.wait(0.2)
    server.close()


@scenario("sRA")
def killed_with_unread_data(lab):
    client, server = lab.connect(5432)
    exchange(client, server)
    client.sendall(REQUEST)
    lab.wait(0.2)
    lab.kill_holder(server)


@scenario(FOUR_WAY_SERVER_FIRST)
def killed_with_nothing_unread(lab):
    client, server = lab.connect(5432)
    exchange(client, server)
    lab.kill_holder(server)
    lab.wait(0.2)
    client.close()


@scenario("cFA sA sRA")
def rst_after_fin(lab):
    client, server = lab.connect(3306)
    exchange(client, server)
    client.shutdown(socket.SHUT_WR)
    lab.wait(0.2)
    abort(server)


@scenario("cFA sA sAd cR")
def data_after_close(lab):
    client, server = lab.connect(443)
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    server.sendall(REPLY)


@scenario("cFA sA sAd cR", takes=6)
def fin_wait_2_reaped_late_data(lab):
    lab.sysctl("client", "tcp_fin_timeout", 2)
    client, server = lab.connect(443)
    exchange(client, server)
    client.close()
    lab.wait(4)
    server.sendall(REPLY)


@scenario("cFA sA sFA cR", takes=6)
def fin_wait_2_reaped_late_fin(lab):
    lab.sysctl("client", "tcp_fin_timeout", 2)
    client, server = lab.connect(443)
    exchange(client, server)
    client.close()
    lab.wait(4)
    server.close()


@scenario("cS sSA cA cAd sA sAd cA", "cS sA cR cS sSA .* cFA sA sFA cA")
def half_open_reopened(lab):
    """The client forgets the connection (its RST is lost) and opens the same port anew."""
    client, server = lab.connect(5432, client_port=45432)
    exchange(client, server)
    with lab.dropping("client", "output", "tcp flags & rst == rst"):
        abort(client)
    lab.wait(0.5)
    client, server = lab.connect(5432, client_port=45432)
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    server.close()


# --- TIME_WAIT


@scenario(FOUR_WAY_SERVER_FIRST, FOUR_WAY_SERVER_FIRST)
def port_reuse_in_time_wait(lab):
    """The server holds TIME_WAIT; the client opens the same port anew and is let in."""
    for _ in range(2):
        client, server = lab.connect(80, client_port=40080)
        exchange(client, server)
        server.close()
        lab.wait(0.2)
        client.close()
        lab.wait(0.6)


@scenario(FOUR_WAY, FOUR_WAY)
def port_reuse_by_time_wait_holder(lab):
    """The client holds TIME_WAIT and opens the same port anew itself."""
    lab.sysctl("client", "tcp_tw_reuse", 1)
    for _ in range(2):
        client, server = lab.connect(6379, client_port=46379)
        exchange(client, server)
        client.close()
        lab.wait(0.2)
        server.close()
        lab.wait(1.3)


@scenario("cFA sA sFA cA sFA cR", violates=True)
def no_time_wait(lab):
    """The last ACK is lost; the client keeps no TIME_WAIT and answers the second FIN with RST."""
    lab.sysctl("client", "tcp_max_tw_buckets", 0)
    client, server = lab.connect(80)
    exchange(client, server)
    client.shutdown(socket.SHUT_WR)
    lab.wait(0.2)
    with lab.dropping("server", "input", "tcp flags == ack"):
        server.close()
        lab.wait(0.1)
    lab.wait(0.5)


@scenario("cFA sA sFA cA sAd cA sR")
def time_wait_assassinated(lab):
    """A late copy of the reply reaches TIME_WAIT; its ACK draws an RST, and that ends TIME_WAIT (RFC 1337)."""
    client, server = lab.connect(80)
    with lab.copying("server", REPLY) as repeat:
        exchange(client, server)
        client.close()
        lab.wait(0.2)
        server.close()
        lab.wait(0.5)
        repeat()


@scenario(FOUR_WAY, FOUR_WAY, takes=65)
def time_wait_expires(lab):
    """A connection, and another one more than 60 s later."""
    for pause in (62, 0):
        client, server = lab.connect(80)
        exchange(client, server)
        client.close()
        lab.wait(0.2)
        server.close()
        lab.wait(pause)


# --- the capture itself


@scenario(FOUR_WAY_SERVER_FIRST, at=("server",), device="any")
def any_device(lab):
    client, server = lab.connect(80)
    exchange(client, server)
    server.close()
    lab.wait(0.2)
    client.close()


@scenario(FOUR_WAY, at=("server",), device="lo")
def loopback(lab):
    client, server = lab.connect(6379, client_host="server", address=LOOPBACK)
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    server.close()


@scenario(FOUR_WAY, starts_late=True)
def mid_stream_start(lab):
    client, server = lab.connect(5432)
    exchange(client, server)
    lab.start_recording()
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    server.close()


@scenario("cFA sA")
def cut_after_first_fin(lab):
    client, server = lab.connect(443)
    exchange(client, server)
    client.close()
    lab.wait(0.2)
    lab.stop_recording()
    server.close()


@scenario(FOUR_WAY, recorder="dumpcap")
def dumpcap_four_way(lab):
    four_way_client_first(lab)


@scenario(FOUR_WAY, options=("--time-stamp-precision=nano",))
def nanosecond_timestamps(lab):
    four_way_client_first(lab)


@scenario(FOUR_WAY_SERVER_FIRST, options=("-s", "64"))
def snaplen_64(lab):
    four_way_server_first(lab)


# --- many


MIX = ("four-way", "four-way", "server-first", "four-way", "three-way",
       "four-way", "abort", "four-way", "server-first", "three-way")  # fmt: skip
MIX_ENDS = {"four-way": FOUR_WAY, "server-first": FOUR_WAY_SERVER_FIRST, "three-way": THREE_WAY, "abort": ABORT}
MIX_PORTS = (80, 443, 443, 5432, 6379, 443, 8080)


@scenario(*(MIX_ENDS[how] for how in MIX * 30), takes=8)
def short_connections_300(lab):
    for number, how in enumerate(MIX * 30):
        client, server = lab.connect(MIX_PORTS[number % len(MIX_PORTS)], client_port=40000 + number)
        client.sendall(b"question")
        server.recv(100)
        server.sendall(b"answer")
        client.recv(100)
        ack_at_once(client)
        first, second = (server, client) if how == "server-first" else (client, server)
        if how == "abort":
            abort(client)
            server.close()
            continue
        delay_acks(second)
        first.close()
        second.recv(1)
        if how != "three-way":
            ack_at_once(second)
        second.close()
        lab.wait(0.005)


# ---------------------------------------------------------------------------------------------------------------------
# What scenarios do with sockets.
# ---------------------------------------------------------------------------------------------------------------------


def exchange(client, server):
    """One request and one reply, all of it acknowledged at the end."""
    client.sendall(REQUEST)
    server.recv(1000)
    server.sendall(REPLY)
    client.recv(1000)
    time.sleep(DELAYED_ACK)


def abort(end):
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def ack_at_once(end):
    """Sends the ACK that is due, if everything that arrived has been read; later ones do not wait either."""
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def delay_acks(end):
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)


def keep_alive(end, idle, interval):
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


# ---------------------------------------------------------------------------------------------------------------------
# The lab: two hosts, the wire between them, and what records it.
# ---------------------------------------------------------------------------------------------------------------------


class Lab:
    """The namespaces of one scenario and everything that runs in them."""

    def __init__(self, scenario, folder):
        self.scenario = scenario
        self.folder = folder
        self.sockets = []  # kept until the end: a socket nobody refers to is closed
        self.processes = []
        self.recorders = None
        self.hosts = {"client": Namespace(), "server": Namespace()}
        if scenario.delay:
            self.hosts["middle"] = Namespace()
            self.cable(("client", "eth0"), ("middle", "client"))
            self.cable(("middle", "half0"), ("middle", "half1"))
            self.cable(("middle", "server"), ("server", "eth0"))
            wires = (("client", "half0"), ("half1", "server"))
            self.fork("middle", lambda: forward_late(wires, scenario.delay / 2))
        else:
            self.cable(("client", "eth0"), ("server", "eth0"))
        for number, host in enumerate(("client", "server"), start=1):
            self.run(host, "ip", "link", "set", "eth0", "address", f"02:00:00:00:09:{number:02x}")
            for family, prefix in ((socket.AF_INET, 24), (socket.AF_INET6, 64)):
                options = ("nodad",) if family == socket.AF_INET6 else ()
                self.run(host, "ip", "address", "add", f"{ADDRESSES[family][host]}/{prefix}", "dev", "eth0", *options)

    def cable(self, one, other):
        """Join two interfaces, each given as (host, name), and bring them up."""
        (host, name), (peer_host, peer_name) = one, other
        peer_namespace = f"/proc/{os.getpid()}/fd/{self.hosts[peer_host].descriptor}"
        self.run(host, "ip", "link", "add", name, "type", "veth", "peer", "name", peer_name, "netns", peer_namespace)
        for host, name in (one, other):
            with self.hosts[host]:
                if not self.scenario.offload:
                    turn_off_offloads(name)
            self.run(host, "ip", "link", "set", name, "up")

    def run(self, host, *command, **options):
        with self.hosts[host]:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)

    def sysctl(self, host, name, value):
        with self.hosts[host]:
            pathlib.Path("/proc/sys/net/ipv4", name).write_text(str(value))

    def wait(self, seconds):
        time.sleep(seconds)

    # sockets

    def endpoint(self, host, port=0, family=socket.AF_INET, address=None):
        with self.hosts[host]:
            made = socket.socket(family, socket.SOCK_STREAM)
        self.sockets.append(made)
        made.settimeout(10)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if port:
            made.bind((address or ADDRESSES[family][host], port))
        return made

    def connect(self, port, client_port=0, family=socket.AF_INET, client_host="client", address=None):
        """Both ends of an established connection to `port` of the server."""
        address = address or ADDRESSES[family]["server"]
        listener = self.endpoint("server", port, family, address)
        listener.listen()
        client = self.endpoint(client_host, client_port, family)
        client.connect((address, port))
        server, _ = listener.accept()
        self.sockets.append(server)
        server.settimeout(10)
        listener.close()
        return client, server

    def kill_holder(self, end):
        """Hand a socket over to a process of its own, and kill that."""

        def hold():
            for other in self.sockets:
                if other is not end:
                    other.close()
            signal.pause()

        holder = self.fork("server", hold)
        end.close()
        self.wait(0.2)
        os.kill(holder, signal.SIGKILL)
        os.waitpid(holder, 0)
        self.processes.remove(holder)

    # accidents

    @contextlib.contextmanager
    def dropping(self, host, hook, match):
        """Packets that match are lost: on arrival (input, behind the capture) or before they leave (output, unseen)."""
        rules = f"table inet loss {{ chain {hook} {{ type filter hook {hook} priority 0; {match} drop; }}; }}"
        self.run(host, "nft", "-f", "-", input=rules.encode())
        try:
            yield
        finally:
            self.run(host, "nft", "delete", "table", "inet", "loss")

    @contextlib.contextmanager
    def copying(self, host, payload):
        """Keeps a copy of the frame that carries the payload out of the host; what is given sends it once more."""
        with self.hosts[host]:
            wire = packet_socket("eth0")
        with wire:

            def repeat():
                wire.settimeout(2)
                wire.send(next(frame for frame in iter(lambda: wire.recv(65536), b"") if frame.endswith(payload)))

            yield repeat

    # processes

    def fork(self, host, work):
        pid = os.fork()
        if pid == 0:
            with clean_exit():
                end_with_parent()
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                self.hosts[host].__enter__()
                work()
        self.processes.append(pid)
        return pid

    # recording

    def start_recording(self):
        self.recorders = []
        for place, file in self.scenario.files().items():
            device = "half0" if place == "middle" else self.scenario.device
            with self.hosts[place]:
                self.recorders.append(Recorder(self.scenario, device, self.folder / file))

    def stop_recording(self):
        if self.recorders:
            self.wait(QUIET)
            for recorder in self.recorders:
                recorder.stop()
        self.recorders = None

    def close(self):
        for recorder in self.recorders or ():
            recorder.process.kill()
            recorder.process.wait()
        for pid in self.processes:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        for end in self.sockets:
            end.close()
        for host in self.hosts.values():
            os.close(host.descriptor)


class Recorder:
    """tcpdump or dumpcap, from when it listens until it has written the last packet."""

    COMMANDS = {
        "tcpdump": ("tcpdump", "-n", "-U", "--immediate-mode", "-Z", "root"),
        "dumpcap": ("dumpcap", "-q", "--no-promiscuous-mode"),
    }
    LISTENS = re.compile("listening on|^File:")
    LOST = re.compile(r"([1-9]\d*) packets dropped by kernel|dropped on interface .*: \d+/([1-9]\d*)")

    def __init__(self, scenario, device, path):
        filter_ = ("-f", "tcp") if scenario.recorder == "dumpcap" else ("tcp",)
        command = (*self.COMMANDS[scenario.recorder], "-i", device, *scenario.options, "-w", str(path), *filter_)
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            preexec_fn=end_with_parent,
        )  # fmt: skip
        said = ""
        for line in self.process.stderr:
            said += line
            if self.LISTENS.search(line):
                break
        else:
            raise Flaw(f"{scenario.recorder} did not start: {said.strip()}")
        time.sleep(0.1)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=10)[1]
        if self.LOST.search(said):
            raise Flaw(f"packets were lost: {said.strip()}")


class Namespace:
    """A network namespace; `with` it, this process and the children it starts are inside."""

    CLONE_NEWNET = 0x40000000
    THIS = "/proc/thread-self/ns/net"
    libc = ctypes.CDLL(None, use_errno=True)

    def __init__(self):
        home = os.open(self.THIS, os.O_RDONLY)
        self.call("unshare", self.CLONE_NEWNET)
        self.descriptor = os.open(self.THIS, os.O_RDONLY)
        subprocess.run(("ip", "link", "set", "lo", "up"), check=True)
        pathlib.Path("/proc/sys/net/ipv6/conf/default/accept_ra").write_text("0")
        self.call("setns", home, self.CLONE_NEWNET)
        os.close(home)
        self.outside = []

    def __enter__(self):
        self.outside.append(os.open(self.THIS, os.O_RDONLY))
        self.call("setns", self.descriptor, self.CLONE_NEWNET)

    def __exit__(self, *_):
        outside = self.outside.pop()
        self.call("setns", outside, self.CLONE_NEWNET)
        os.close(outside)

    def call(self, name, *arguments):
        if getattr(self.libc, name)(*arguments) != 0:
            raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def packet_socket(interface):
    every_protocol = 0x0003
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(every_protocol))
    made.bind((interface, every_protocol))
    return made


def forward_late(wires, delay):
    """Carry every frame that comes in on one interface of a wire out of the other, `delay` seconds later, for ever."""
    ends = {name: packet_socket(name) for wire in wires for name in wire}
    ways = [way for one, other in wires for way in ((ends[one], ends[other]), (ends[other], ends[one]))]
    exit_of = dict(ways)
    waiting, order = [], itertools.count()
    while True:
        timeout = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        for came_in in select.select(list(exit_of), [], [], timeout)[0]:
            frame, (_, _, direction, *_) = came_in.recvfrom(65536)
            if direction != socket.PACKET_OUTGOING:
                heapq.heappush(waiting, (time.monotonic() + delay, next(order), exit_of[came_in], frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, out, frame = heapq.heappop(waiting)
            out.send(frame)


def turn_off_offloads(interface):
    """What `ethtool -K` does: checksums are filled in and segments cut before a packet reaches the capture."""
    siocethtool = 0x8946
    switches = {"tx checksums": 0x17, "tso": 0x1F, "gso": 0x24, "gro": 0x2C}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for command in switches.values():
            value = array.array("B", struct.pack("II", command, 0))
            request = struct.pack("16sP16x", interface.encode(), value.buffer_info()[0])
            fcntl.ioctl(any_socket, siocethtool, request)


def end_with_parent():
    pr_set_pdeathsig = 1
    Namespace.libc.prctl(pr_set_pdeathsig, signal.SIGKILL)


@contextlib.contextmanager
def clean_exit():
    """For a forked child: whatever happens inside, it never returns into its parent's code."""
    status = 1
    try:
        yield
        status = 0
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        sys.stdout.flush()
        os._exit(status)


# ---------------------------------------------------------------------------------------------------------------------
# Reading a recording back.
# ---------------------------------------------------------------------------------------------------------------------


class Flaw(Exception):
    """A recording that does not show what it should."""


def assert_shows(ends, path):
    found = endings(path)
    if len(found) != len(ends):
        raise Flaw(f"{path.name} has {len(found)} connections instead of {len(ends)}: {' | '.join(found)}")
    for wanted, whole in zip(ends, found):
        close = re.search(r"\b\w[FR].*", whole)
        shown = whole if wanted.startswith("cS") or not close else close[0]
        if not re.fullmatch(wanted, shown):
            raise Flaw(f"{path.name} shows {whole!r} instead of {wanted!r}")


def endings(path):
    """The segments of every connection as text, in order of first frame. The lower port is the server's."""
    connections, current = [], {}
    for source, destination, flags, sequence, length in segments(path.read_bytes()):
        side = "c" if source > destination else "s"
        key = frozenset((source, destination))
        opens_anew = flags == "S" and key in current and sequence not in current[key]["isns"] and current[key]["open"]
        if key not in current or opens_anew:
            current[key] = {"text": [], "isns": set(), "open": False}
            connections.append(current[key])
        if "S" in flags:
            current[key]["isns"].add(sequence)
        else:
            current[key]["open"] = True
        current[key]["text"].append(side + flags + ("d" if length else ""))
    return [" ".join(connection["text"]) for connection in connections]


def segments(capture):
    """(source port, destination port, flags, sequence number, payload length) of every packet."""
    for link_type, packet in packets(capture):
        ip = packet[{1: 14, 276: 20}[link_type] :]
        if ip[0] >> 4 == 4:
            header, total = (ip[0] & 15) * 4, struct.unpack_from(">H", ip, 2)[0]
        else:
            header, total = 40, 40 + struct.unpack_from(">H", ip, 4)[0]
        source, destination, sequence, _, offset, bits = struct.unpack_from(">HHIIBB", ip, header)
        flags = "".join(name for bit, name in ((2, "S"), (1, "F"), (4, "R"), (16, "A")) if bits & bit)
        yield source, destination, flags, sequence, total - header - (offset >> 4) * 4


def packets(capture):
    """(link type, bytes) of every packet in a pcap or pcapng file of this machine's byte order."""
    if struct.unpack_from("I", capture)[0] == 0x0A0D0D0A:
        link_type, at = 0, 0
        while at < len(capture):
            kind, length = struct.unpack_from("II", capture, at)
            if kind == 1:
                link_type = struct.unpack_from("H", capture, at + 8)[0]
            if kind == 6:
                yield link_type, capture[at + 28 : at + 28 + struct.unpack_from("I", capture, at + 20)[0]]
            at += length
    else:
        link_type, at = struct.unpack_from("I", capture, 20)[0], 24
        while at < len(capture):
            length = struct.unpack_from("I", capture, at + 8)[0]
            yield link_type, capture[at + 16 : at + 16 + length]
            at += 16 + length


# ---------------------------------------------------------------------------------------------------------------------
# The run.
# ---------------------------------------------------------------------------------------------------------------------


def main():
    arguments = parse_arguments()
    if arguments.list:
        print("\n".join(SCENARIOS))
        return 0
    if missing := what_is_missing():
        print(f"record.py needs {missing}.", file=sys.stderr)
        return 2
    chosen = [SCENARIOS[name] for name in dict.fromkeys(arguments.names or SCENARIOS)]
    if not shutil.which("dumpcap"):
        for skipped in [one for one in chosen if one.recorder == "dumpcap"]:
            print(f"skipped {skipped.name}: dumpcap is not installed")
            chosen.remove(skipped)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda number, _: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        failures = record_all(chosen, pathlib.Path(folder), arguments.out)
    return 1 if failures else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to record (default: everything)")
    parser.add_argument("--out", type=pathlib.Path, default=HERE, metavar="DIR")
    parser.add_argument("--list", action="store_true", help="list the names and stop")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in SCENARIOS:
            parser.error(f"there is no scenario {name!r}; --list names them")
    return arguments


def what_is_missing():
    missing = [package for tool, package in TOOLS.items() if not shutil.which(tool)]
    if not hasattr(socket, "AF_PACKET"):
        missing.insert(0, "Linux")
    elif os.geteuid() != 0:
        missing.insert(0, "root")
    return " and ".join(missing)


def record_all(chosen, folder, out):
    """Record in processes of their own, the longest first; gives the number that failed."""
    queue = sorted(chosen, key=lambda one: -one.takes)
    running, failures = {}, 0
    try:
        while queue or running:
            while queue and (queue[0].takes > 20 or sum(one.takes <= 20 for one in running.values()) < AT_ONCE):
                started = queue.pop(0)
                sys.stdout.flush()
                pid = os.fork()
                if pid == 0:
                    with clean_exit():
                        end_with_parent()
                        record(started, folder, out)
                running[pid] = started
            pid, status = os.wait()
            del running[pid]
            failures += status != 0
    finally:
        for pid in running:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
    return failures


def record(scenario, folder, out):
    for attempt in range(1, ATTEMPTS + 1):
        lab = Lab(scenario, folder)
        try:
            if not scenario.starts_late:
                lab.start_recording()
            scenario.play(lab)
            lab.stop_recording()
            for file in scenario.files().values():
                assert_shows(scenario.ends, folder / file)
            break
        except (Flaw, OSError) as flaw:
            if attempt == ATTEMPTS:
                raise Flaw(f"{scenario.name}: given up after {ATTEMPTS} attempts: {flaw}") from flaw
            print(f"{scenario.name}: once more, because {flaw}", flush=True)
        finally:
            lab.close()
    for file in scenario.files().values():
        place = VIOLATIONS if scenario.violates and out == HERE else out
        shutil.copyfile(folder / file, place / file)
        print(f"recorded {file}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
