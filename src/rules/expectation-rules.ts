import type { RuleMeta } from './rule.ts';

/** What a configuration can expect of how a service closes; each is a rule of its own. */
export const EXPECTATIONS = [
  'closer',
  'kinds',
  'longestClose',
  'longestCloseWait',
  'noLoss',
  'noReset',
  'maxResets',
] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

interface Page {
  readonly id: string;
  readonly label: string;
  readonly summary: string;
  readonly messages: RuleMeta['messages'];
  readonly refutedBy: string;
  readonly what: string;
  readonly why: string;
  readonly legitimate: string;
  readonly action: string;
}

const LONGER = 'Packets that the capture lacks, or whose times are wrong.';
const LACKING = 'Packets that the capture lacks.';

/**
 * Rules of the configuration's own: they report what its `services` expect and the packets do not show. The clause of a
 * finding is the place in the configuration, and no breach of an RFC is said with it.
 */
export const EXPECTATION_RULES: Readonly<Record<Expectation, RuleMeta>> = {
  closer: rule('closer', {
    id: 'expected-closer',
    label: 'another side closes first than expected',
    summary: 'Another side closed first than the configuration expects',
    messages: {
      client: 'The configuration expects {expected} to close first; the client did.',
      server: 'The configuration expects {expected} to close first; the server did.',
      both: 'The configuration expects {expected} to close first; both closed at once.',
    },
    refutedBy: 'An earlier FIN or RST of the other side that the capture lacks.',
    what: 'A service of the configuration says who closes first (`closer`), and the first FIN, or the first RST that took effect where no FIN came before it, is of another side. `both` allows FINs that cross.',
    why: 'Whoever closes first keeps TIME_WAIT. A server that suddenly closes first collects them, and its clients run into connections that have just gone away.',
    legitimate: 'Shutdowns, time-outs of idle connections and errors turn the order around.',
    action:
      'See what changed: keep-alive time-outs on both sides, limits of requests for each connection, restarts. Widen `closer` where both are right.',
  }),
  kinds: rule('kinds', {
    id: 'expected-kinds',
    label: 'closes in a way that is not expected',
    summary: 'A connection closed in a way that the configuration does not allow',
    messages: {
      ended: 'The configuration expects {expected}; the connection closed as {kind}.',
      unfinished:
        'The configuration expects {expected}; the connection is {kind}: it did not finish in {waited} s.',
      cut: 'The configuration expects {expected}; the connection is {kind}, but the capture ended {waited} s after its first FIN or last data and proves nothing.',
    },
    refutedBy: LACKING,
    what: 'A service of the configuration lists the allowed ways to close (`kinds`), and a connection ended in another. Connections that show no end (`open`, `partial`, `unanswered`) are not judged; `incomplete` is, once neither data nor another FIN came for longer than --linger.',
    why: 'A kind that appears where it never was is often the first sign of a change in an application, a proxy or a time-out.',
    legitimate: 'Rare kinds happen by chance: FINs cross, processes are killed.',
    action: 'Look at one of them with `lastack show`, then mend the side that changed, or add the kind.',
  }),
  longestClose: rule('longestClose', {
    id: 'expected-duration',
    label: 'closing takes longer than expected',
    summary: 'Closing took longer than the configuration expects',
    messages: {
      long: 'The configuration expects closing to take {limit} s at most; it took {took} s.',
      unfinished:
        'The configuration expects closing to take {limit} s at most; after {took} s it was not over.',
    },
    refutedBy: LONGER,
    what: 'From the first FIN or RST to the segment that ended the connection it took longer than `longestClose` seconds, or that time has passed and it has not ended.',
    why: 'A close that drags on holds a socket on both sides: drains and restarts wait for it.',
    legitimate: 'A half-close on purpose, with a long answer after the first FIN.',
    action:
      'See which side waits: CLOSE_WAIT is an application that does not close, FIN_WAIT_1 a path that loses packets.',
  }),
  longestCloseWait: rule('longestCloseWait', {
    id: 'expected-close-wait',
    label: '{side} stays in CLOSE_WAIT too long',
    summary: 'A side stayed in CLOSE_WAIT longer than the configuration expects',
    messages: {
      long: 'The configuration expects {limit} s of CLOSE_WAIT at most; the {side} stayed in it for {took} s.',
      unfinished:
        'The configuration expects {limit} s of CLOSE_WAIT at most; the {side} was still in it after {took} s.',
    },
    refutedBy: LONGER,
    what: 'From the FIN of its peer to its own FIN or RST a side needed longer than `longestCloseWait` seconds, or has not sent one in that time.',
    why: 'CLOSE_WAIT ends only when the application calls close(). What is slow here becomes a leak under load.',
    legitimate: 'A half-close on purpose, with an answer that takes its time.',
    action: 'Find what the application does between read() returning 0 and close().',
  }),
  noLoss: rule('noLoss', {
    id: 'expected-no-loss',
    label: '{side} resets with data unread or lost',
    summary: 'A reset cost data, and the configuration expects none to be lost',
    messages: {
      lost: 'The configuration expects no data to be lost; when the {side} reset the connection, {client} bytes of the client and {server} bytes of the server had not been acknowledged.',
      unknown:
        'The configuration expects no data to be lost; whether the reset of the {side} cost any cannot be told: {gap}.',
    },
    refutedBy: 'An ACK of those bytes that the capture lacks.',
    what: 'An RST ended a connection while payload was not acknowledged, and the configuration says `noLoss`. Data that was acknowledged and never read by the application leaves no trace on the wire.',
    why: 'What was not acknowledged is gone, or at best nobody knows: the application has to repeat it.',
    legitimate: 'Aborts on purpose, where the rest is not wanted.',
    action: 'Close with shutdown(SHUT_WR) and read to end-of-file before close().',
  }),
  noReset: rule('noReset', {
    id: 'expected-no-reset',
    label: '{side} resets, which is not expected',
    summary: 'There is an RST, and the configuration expects none',
    messages: {
      reset: 'The configuration expects no RST; the {side} sent {resets} (connection closed as {kind}).',
    },
    refutedBy: 'Proof that the RST is not of that side: somebody on the path can send one in its name.',
    what: 'A segment with RST, whatever it did, on a connection for which the configuration says `noReset`: aborts, refused connections, and RSTs that answer late segments after an orderly close.',
    why: 'Graceful services end with FINs only. Every RST is a connection that somebody did not end as agreed.',
    legitimate: 'Port scans and health checks; clients that go away.',
    action:
      'Look at the cause that the report names for the reset. Limit the expectation to the services that are yours.',
  }),
  maxResets: rule('maxResets', {
    id: 'expected-resets',
    label: 'more resets than expected',
    summary: 'More connections of a service ended by RST than the configuration expects (whole run)',
    messages: {
      share:
        'The configuration expects {limit} % of connections at most to end by RST; {resets} of {connections} did ({percent} %).',
    },
    refutedBy: 'More connections of the service, which the capture does not have.',
    what: 'Of the connections of one service (the server’s address and port) more than `maxResets` percent ended by RST: `abort`, `reset-after-fin`, refused ones aside. Counted over all captures of the run.',
    why: 'Single resets happen. Their share is what changes when a proxy, a time-out or a deployment goes wrong.',
    legitimate: 'A short capture: one reset of three connections is 33 %.',
    action:
      'See `lastack check` for the causes of the resets and who sends them, or `lastack diff` with an earlier capture.',
  }),
};

function rule(key: Expectation, page: Page): RuleMeta {
  const { id, label, summary, messages, refutedBy, what, why, legitimate, action } = page;
  return {
    id,
    tiers: key === 'maxResets' || key === 'noReset' ? ['violation'] : ['violation', 'inconclusive'],
    clause: `configuration, services[].${key}`,
    label,
    summary,
    messages,
    refutedBy,
    waits: null,
    docs: { what, why, legitimate, action, good: '', bad: '' },
  };
}
