import { describe, expect, it } from 'vitest';
import type { Report, ReportedConnection } from '../../src/report/report.ts';
import { SummaryCounter } from '../../src/report/summary/summary.ts';
import { tallyOf } from '../../src/report/summary/tally.ts';
import { TimeWaitCounter } from '../../src/report/summary/time-wait-load.ts';
import { formatText } from '../../src/report/text/format-text.ts';
import { formatTimestamp } from '../../src/report/timestamp.ts';
import { CAPTURE_RULES } from '../../src/rules/capture-rules.ts';
import { type PortRange, timeWaitPressure } from '../../src/rules/time-wait/time-wait-pressure.ts';
import { checkLadder } from '../support/check-ladder.ts';
import fc from '../support/property.ts';
import { runs } from '../support/thorough.ts';

const CLOSE = `
  +0     > S   0:0(0)
  +.01   < S.  0:0(0) ack 1
  +.01   > .   1:1(0) ack 1
  +.1    > F.  1:1(0) ack 1
  +.01   < F.  1:1(0) ack 2
  +.01   > .   2:2(0) ack 2`;

interface Load {
  readonly count: number;
  /** Connections a second. */
  readonly rate: number;
  /** Seconds; 60 unless said. */
  readonly twoMsl?: number;
  readonly clients?: number;
  readonly by?: 'client' | 'server';
  /** Each TIME_WAIT is ended by the next incarnation after so many seconds. */
  readonly reopened?: number;
  /** Of each connection; 40000 unless said. */
  readonly port?: (id: number) => number;
  /** Ports that clients have (--ports). */
  readonly given?: PortRange;
}

/** A report of so many connections that close alike, `rate` of them a second. */
async function under(load: Load): Promise<Report> {
  const { count, rate, twoMsl = 60, clients = 1, by = 'client', reopened, port = () => 40_000 } = load;
  const report = await checkLadder(CLOSE);
  const [model] = report.connections;
  if (!model) throw new Error('no connection');
  const counter = new SummaryCounter(twoMsl / 2, load.given);
  for (let id = 0; id < count; id++) {
    const at = (offset: number): string => formatTimestamp(0n, (id / rate + offset) * 1e9);
    const transitions = model.transitions.map((transition): ReportedConnection['transitions'][number] => ({
      ...transition,
      side: by === 'client' ? transition.side : transition.side === 'client' ? 'server' : 'client',
      time: at(0),
    }));
    const last = transitions.find(({ to }) => to === 'TIME_WAIT');
    if (last && reopened !== undefined) {
      transitions.push({ ...last, from: 'TIME_WAIT', to: 'CLOSED', on: 'reopen', time: at(reopened) });
    }
    const client = { address: `10.0.0.${1 + (id % clients)}`, port: port(id) };
    counter.count(tallyOf({ ...model, id, client, transitions }));
  }
  return { ...report, summary: counter.summary() };
}

/** Seconds after which the number of TIME_WAITs of 60 s is looked at, at first. */
const STEP = 60 / 64;
const SOME_STEP = fc.oneof(fc.constant(0), fc.nat({ max: 3000 }));

/** The most at the ends of steps, which become twice as long whenever more than 512 have a change. Times are in first steps. */
function peakOf(changes: readonly (readonly [time: number, by: number])[]): number {
  let length = 1;
  let steps = new Map<number, number>();
  for (const [time, by] of changes) {
    const step = Math.floor(time / length);
    steps.set(step, (steps.get(step) ?? 0) + by);
    if (steps.size <= 512) continue;
    length *= 2;
    const longer = new Map<number, number>();
    for (const [at, change] of steps) {
      longer.set(Math.floor(at / 2), (longer.get(Math.floor(at / 2)) ?? 0) + change);
    }
    steps = longer;
  }
  let now = 0;
  const inOrder = [...steps].sort(([a], [b]) => a - b);
  return Math.max(...inOrder.map(([, by]) => (now += by)));
}

describe('time-wait-pressure', () => {
  it('speaks when half of the ports are in TIME_WAIT at once', async () => {
    const { summary } = await under({ count: 16_000, rate: 4000 });
    expect(summary.pressure).toMatchObject([
      {
        rule: 'time-wait-pressure',
        tier: 'note',
        holder: '10.0.0.1',
        service: { address: '10.0.0.2', port: 80 },
        evidence: {
          timeWaits: 16_000,
          peak: 16_000,
          rate: null,
          ports: 28_232,
          closeLast: 'client',
          reused: 0,
        },
      },
    ]);
    expect(summary.pressure[0]?.message).not.toMatch(/[{}]|undefined|null/);
  });

  it('speaks when a steady rate will need more ports than there are', async () => {
    const { summary } = await under({ count: 6000, rate: 500 });
    expect(summary.pressure).toMatchObject([{ evidence: { peak: 6000, rate: 500, projected: 30_000 } }]);
  });

  it('is suspect where a range of ports is used up, as it was seen', async () => {
    // Even ports first, then the odd ones, as Linux hands them out.
    const port = (id: number): number => 40_000 + (id < 2500 ? 2 * id : 2 * (id - 2500) + 1);
    const { summary } = await under({ count: 5000, rate: 227, port });
    expect(summary.pressure).toMatchObject([
      {
        tier: 'suspect',
        evidence: {
          peak: 5000,
          rate: 227,
          projected: 13_620,
          ports: 5000,
          portLow: 40_000,
          portHigh: 44_999,
          portsFrom: 'seen',
          portsUsed: 5000,
        },
      },
    ]);
    expect(summary.pressure[0]?.message).toContain('of 5,000 that it has as far as was seen (40000–44999)');
    expect(summary.pressure[0]?.message).toContain('EADDRNOTAVAIL');
  });

  it('is a note where ports only went up: more of them may follow', async () => {
    const { summary } = await under({ count: 5000, rate: 227, port: (id) => 40_000 + id });
    expect(summary.pressure).toMatchObject([{ tier: 'note', evidence: { portsFrom: 'seen' } }]);
    expect(summary.pressure[0]?.message).not.toContain('EADDRNOTAVAIL');
  });

  it('is a note where TIME_WAIT may have been shorter than the profile has it', async () => {
    const port = (id: number): number => 40_000 + ((id * 7) % 5000);
    const { summary } = await under({ count: 5000, rate: 50, twoMsl: 240, port });
    expect(summary.pressure).toMatchObject([{ tier: 'note', evidence: { peak: 5000, portsFrom: 'seen' } }]);
  });

  it('is a note where ports are taken again out of TIME_WAIT', async () => {
    const port = (id: number): number => 40_000 + ((id * 7) % 1000);
    const given = { low: 40_000, high: 40_999 };
    const { summary } = await under({ count: 10_000, rate: 500, reopened: 1.99, port, given });
    expect(summary.pressure).toMatchObject([{ tier: 'note', evidence: { reused: 10_000 } }]);
  });

  it('goes by the ports that are given', async () => {
    const port = (id: number): number => 40_000 + 3 * id;
    const load = { count: 2000, rate: 200, port };
    expect((await under(load)).summary.pressure).toEqual([]);
    expect((await under({ ...load, given: { low: 30_000, high: 60_000 } })).summary.pressure).toEqual([]);
    expect((await under({ ...load, given: { low: 40_000, high: 43_999 } })).summary.pressure).toMatchObject([
      { tier: 'note', evidence: { ports: 4000, portsFrom: 'given' } },
    ]);
    expect((await under({ ...load, given: { low: 40_000, high: 41_999 } })).summary.pressure).toMatchObject([
      { tier: 'suspect', evidence: { ports: 2000, portsFrom: 'given' } },
    ]);
  });

  it('takes no scattered ports for a range', async () => {
    const { summary } = await under({ count: 5000, rate: 227, port: (id) => 32_768 + 5 * id });
    expect(summary.pressure).toEqual([]);
  });

  it('says how fast ports are opened anew', async () => {
    const { summary } = await under({ count: 6000, rate: 500, reopened: 1.5 });
    expect(summary.pressure).toMatchObject([{ evidence: { reused: 6000, fastestReuse: 1.5 } }]);
    // They were gone by then: at most 1.5 s of them stood at once.
    expect(summary.pressure[0]?.evidence.peak).toBeLessThanOrEqual(750);
    expect(summary.pressure[0]?.message).toContain('6,000 were opened anew');
  });

  it.each([
    ['there is room', { count: 6000, rate: 300 }],
    ['TIME_WAIT is short', { count: 16_000, rate: 500, twoMsl: 10 }],
    ['a burst is short: that is no rate', { count: 3000, rate: 1000 }],
    ['they are spread over addresses', { count: 16_000, rate: 4000, clients: 8 }],
    [
      'the server holds them: no port of a client is taken',
      { count: 16_000, rate: 4000, by: 'server' as const },
    ],
    ['they are old: few stand at once', { count: 20_000, rate: 100 }],
  ])('keeps silent where %s', async (_, load) => {
    expect((await under(load)).summary.pressure).toEqual([]);
  });

  it('counts the peak of a long capture to a few steps', async () => {
    const { summary } = await under({ count: 60_000, rate: 480, twoMsl: 60 });
    const peak = summary.pressure[0]?.evidence.peak ?? 0;
    expect(peak).toBeGreaterThan(480 * 60 * 0.95);
    expect(peak).toBeLessThanOrEqual(480 * 60 + 1);
  });

  it('counts the peak as if it looked at all steps of a capture, however often they become longer', () => {
    fc.assert(
      fc.property(
        // The first step stays the first, however long it is.
        fc.array(fc.tuple(SOME_STEP, SOME_STEP), { minLength: 1000, maxLength: 2000 }),
        (timeWaits) => {
          const counter = new TimeWaitCounter(30);
          const changes: (readonly [time: number, by: number])[] = [];
          const count = (start: number, lasted: number): void => {
            const timeWait = { start: start * STEP, lasted: lasted * STEP, reopened: true };
            counter.count({
              client: 'a',
              clientPort: 1,
              server: { address: 'b', port: 1 },
              service: 'b:1',
              timeWait,
            });
            changes.push([start, 1], [start + lasted, -1]);
          };
          // So many that there is always something to report.
          for (let index = 0; index < 15_000; index++) count(0, 10_000);
          for (const [start, lasted] of timeWaits) count(start, lasted);
          expect(counter.pressure()[0]?.evidence.peak).toBe(peakOf(changes));
        },
      ),
      { numRuns: runs(50) },
    );
  });

  it('stands in the text with advice', async () => {
    const text = formatText(await under({ count: 16_000, rate: 4000 }), { list: 'none' });
    expect(text).toContain('note time-wait-pressure 10.0.0.2:80');
    expect(text).toContain('Advice: let the server close first');
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('has a page like every rule', () => {
    expect(CAPTURE_RULES).toContain(timeWaitPressure);
    const { docs, refutedBy, summary, messages } = timeWaitPressure;
    for (const part of [docs.what, docs.why, docs.legitimate, docs.action, refutedBy])
      expect(part).toMatch(/\.$/);
    for (const text of Object.values(messages)) expect(text).toMatch(/\.$/);
    expect(summary).not.toMatch(/\.$/);
  });
});
