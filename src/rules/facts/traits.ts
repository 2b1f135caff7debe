import { RST, SYN } from '../../decode/segment.ts';
import type { FinReading } from '../../machine/fin.ts';
import { has, isBareRst, type LoggedSegment } from '../../machine/logged-segment.ts';
import type { SideReading } from '../../machine/reception.ts';
import type { Connection } from '../rule.ts';
import { askedOnce } from './memo.ts';

/** What of a connection tells which rules can matter. Most rules ask for some of it, so it is looked up once for all. */
export class Traits {
  /** Segments with SYN. */
  syns = 0;
  /** Segments with RST. */
  resets = 0;
  /** Segments with SYN, RST or both. */
  controls = 0;
  /** One of them comes behind the first two segments of the connection. */
  hasLateControl = false;
  hasBareReset = false;
  /** An RST that is not the last segment. */
  hasEarlyReset = false;
  /** An RST that its sender did not take back. */
  hasStandingReset = false;
  /** A FIN is in force. */
  hasFin = false;
  /** A FIN is in force and acknowledged. */
  hasCoveredFin = false;
  /** How often the FIN of a side was sent: the one that was sent more often. */
  copies = 0;
  /** FINs of a side that are not in force: of the side that has more of them. */
  otherFins = 0;
  /** A side enters TIME_WAIT. */
  hasTimeWait = false;

  constructor({ flow: { segments }, replay }: Pick<Connection, 'flow' | 'replay'>) {
    this.readSegments(segments);
    this.readSide(replay.fins.client, replay.readings.client);
    this.readSide(replay.fins.server, replay.readings.server);
    for (const { to } of replay.transitions) if (to === 'TIME_WAIT') this.hasTimeWait = true;
  }

  private readSegments(segments: readonly LoggedSegment[]): void {
    for (let index = 0; index < segments.length; index++) {
      const segment = segments[index];
      if (!segment || !has(segment, SYN | RST)) continue;
      this.controls += 1;
      if (index > 1) this.hasLateControl = true;
      if (has(segment, SYN)) this.syns += 1;
      if (!has(segment, RST)) continue;
      this.resets += 1;
      if (isBareRst(segment)) this.hasBareReset = true;
      if (index < segments.length - 1) this.hasEarlyReset = true;
    }
  }

  private readSide({ inForce, others }: FinReading, { resets }: SideReading): void {
    if (resets.length > 0) this.hasStandingReset = true;
    this.otherFins = Math.max(this.otherFins, others.length);
    if (inForce === null) return;
    this.hasFin = true;
    if (inForce.coveredAt !== null) this.hasCoveredFin = true;
    this.copies = Math.max(this.copies, inForce.copies.length);
  }
}

export const traitsOf: (connection: Connection) => Traits = askedOnce((connection) => new Traits(connection));
