// The shapes of generated connections: their segments, and what the summary says of them.
import { ACK, FIN, PSH, RST, SYN } from './packets.js';

/** One segment of a shape: who sends, flags, payload bytes; numbers follow from what was sent before. */
const client = (flags, length = 0) => ({ from: 0, flags, length, pause: false });
const server = (flags, length = 0) => ({ from: 1, flags, length, pause: false });
/** What comes after the connection has rested. */
const later = (segment) => ({ ...segment, pause: true });

export const OPEN = [client(SYN), server(SYN | ACK), client(ACK)];
const REQUEST = [client(PSH | ACK, 120), server(ACK), server(ACK, 700), server(PSH | ACK, 700), client(ACK)];
const EXCHANGE = [...REQUEST, later(client(PSH | ACK, 140)), server(PSH | ACK, 660), client(ACK)];
/** 53 segments: with an opening and four for the close they are 60. */
const LONG_EXCHANGE = [...EXCHANGE, ...Array.from({ length: 9 }, () => REQUEST).flat()];

/** Full-size segments from the server, acknowledged two by two. */
export const BULK = [server(ACK, 1448), server(ACK, 1448), client(ACK)];

/** Endings with their share in a hundred, and what the summary says of each. */
const ENDINGS = [
  {
    share: 45,
    kind: 'four-way',
    closer: 'client',
    end: [client(FIN | ACK), server(ACK), server(FIN | ACK), client(ACK)],
  },
  {
    share: 20,
    kind: 'four-way',
    closer: 'server',
    end: [server(FIN | ACK), client(ACK), client(FIN | ACK), server(ACK)],
  },
  {
    share: 25,
    kind: 'three-way',
    closer: 'client',
    end: [client(FIN | ACK), server(FIN | ACK), client(ACK)],
  },
  { share: 4, kind: 'abort', closer: 'client', end: [client(RST | ACK)] },
  {
    share: 4,
    kind: 'half-close',
    closer: 'client',
    end: [
      client(FIN | ACK),
      server(ACK),
      server(PSH | ACK, 300),
      client(ACK),
      server(FIN | ACK),
      client(ACK),
    ],
  },
  {
    share: 2,
    kind: 'reset-after-fin',
    closer: 'client',
    end: [client(FIN | ACK), server(ACK), client(RST | ACK)],
  },
];

/** Connections that open, exchange something, rest and close in one of these ways. */
const closing = (endings, exchange) =>
  endings.map(({ end, ...ending }) => ({
    ...ending,
    segments: [...OPEN, ...exchange, later(end[0]), ...end.slice(1)],
  }));

const [CLIENT_FIRST, SERVER_FIRST] = ENDINGS;
const REGULAR = closing(ENDINGS, EXCHANGE);

/** What a capture of a live link has besides, with shares in a hundred of them. */
const IRREGULAR = [
  // The server aborts while a request is under way, the client while an answer is.
  { share: 20, kind: 'abort', closer: 'server', segments: [...OPEN, EXCHANGE[0], server(RST | ACK)] },
  {
    share: 10,
    kind: 'abort',
    closer: 'client',
    segments: [...OPEN, ...EXCHANGE.slice(0, 4), client(RST | ACK)],
  },
  { share: 20, kind: 'refused', closer: 'none', segments: [client(SYN), server(RST | ACK)] },
  // A scan: nobody answers.
  { share: 30, kind: 'unanswered', closer: 'none', segments: [client(SYN)] },
  // The capture begins in the middle of these.
  { share: 5, kind: 'four-way', closer: 'client', segments: [...EXCHANGE.slice(4), ...CLIENT_FIRST.end] },
  { share: 5, kind: 'four-way', closer: 'server', segments: [...EXCHANGE.slice(2), ...SERVER_FIRST.end] },
  { share: 10, kind: 'partial', closer: 'none', segments: [server(ACK, 700)] },
];

const only = (kind, segments) => [{ share: 1, kind, closer: 'none', segments }];

/** Each shape as often as its share says. */
const byShare = (shapes, factor = 1) =>
  shapes.flatMap((shape) => Array.from({ length: shape.share * factor }, () => shape));

/** Mixes of shapes, of which each connection gets one by chance. */
export const SHAPES = {
  regular: byShare(REGULAR),
  unfinished: only('open', [...OPEN, ...EXCHANGE.slice(0, 2)]),
  /** One connection in ten is irregular. */
  irregular: [...byShare(REGULAR, 9), ...byShare(IRREGULAR)],
  long: byShare(closing(ENDINGS.slice(0, 3), LONG_EXCHANGE)),
  /** Too short to rest: they live for some 50 ms. */
  short: byShare(ENDINGS.slice(0, 3).map((one) => ({ ...one, segments: [...OPEN, ...REQUEST, ...one.end] }))),
  syn: only('unanswered', [client(SYN)]),
  half: only('open', [client(SYN), server(SYN | ACK)]),
  rst: only('partial', [server(RST | ACK)]),
};
