import { SYN } from '../decode/segment.ts';
import { has } from '../machine/logged-segment.ts';
import type { ProfileName } from '../machine/profile.ts';
import { stackOf } from '../machine/stack-look.ts';
import { SIDES } from '../machine/state.ts';
import type { HostLook } from '../report/sockets/socket-report.ts';
import type { Connection } from '../rules/rule.ts';

/** Hosts that are looked at. */
const MOST = 100;

/** Finds out whose stack each host has, by its SYNs. */
export class StackLooks {
  /** Null where the SYNs of a host do not agree, or are nobody's. */
  private readonly hosts: Map<string, ProfileName | null> = new Map();

  add({ flow }: Connection): void {
    for (const side of SIDES) {
      const { address } = flow[side];
      const opening = flow.segments.find(({ from }) => from === side);
      if (!opening || !has(opening, SYN)) continue;
      if (!this.hosts.has(address) && this.hosts.size >= MOST) continue;
      const look = stackOf(opening, flow.announced[side]);
      const known = this.hosts.get(address);
      this.hosts.set(address, known === undefined || known === look ? look : null);
    }
  }

  all(): HostLook[] {
    return [...this.hosts].flatMap(([host, profile]) => (profile === null ? [] : [{ host, profile }]));
  }
}
