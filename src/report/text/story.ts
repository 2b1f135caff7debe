import type { CloseKind, Closer } from '../../machine/close.ts';
import type { ReportedConnection } from '../report.ts';
import { dateTime } from '../timestamp.ts';
import { duration, endpoint, plural } from '../wording.ts';

/** A connection in two sentences, for a reader who has not seen the capture: what it was, and how it closed. */
export function storyOf(connection: ReportedConnection): [string, string] {
  return [openingSentence(connection), closingSentence(connection)];
}

function openingSentence({ client, server, bytes, start, health, close, roles }: ReportedConnection): string {
  const when = `At ${dateTime(start).slice(0, 23).replace('T', ' ')} UTC`;
  const [from, to] = [endpoint(client), endpoint(server)];
  const data = `${plural(bytes.client, 'byte')} went to the server and ${plural(bytes.server, 'byte')} to the client`;
  if (close.kind === 'refused' || close.kind === 'unanswered') {
    return `${when} ${from} (the client) tried to open a connection to ${to} (the server).`;
  }
  if (health.midstream) {
    const guessed = roles === 'guessed' ? ', which of them opened it being a guess' : '';
    return `The capture begins, at ${when.slice(3)}, in the middle of a connection between ${from} (the client) and ${to} (the server)${guessed}; ${data} from there on.`;
  }
  return `${when} ${from} (the client) opened a connection to ${to} (the server), over which ${data}.`;
}

function closingSentence({ close, final }: ReportedConnection): string {
  const took = close.duration === null ? '' : `, ${duration(close.duration)} after the close began`;
  const how = CLOSINGS[close.kind](FIRST[close.closer], took);
  const ends =
    final.client === final.server
      ? `both end in ${final.client}`
      : `the client ends in ${final.client}, the server in ${final.server}`;
  return `${how}; by its packets ${ends}.`;
}

const FIRST: Readonly<Record<Closer, string>> = {
  client: 'The client closed first',
  server: 'The server closed first',
  both: 'Both sides closed at once',
  none: 'Nobody closed it',
};

const CLOSINGS: Readonly<Record<CloseKind, (first: string, took: string) => string>> = {
  'four-way': (first, took) => `${first}, and each FIN had its own ACK in the end${took}`,
  'three-way': (first, took) =>
    `${first}, the other side answered with FIN and ACK in one, and that was acknowledged${took}`,
  simultaneous: (first, took) => `${first}, and both FINs were acknowledged in the end${took}`,
  'half-close': (first, took) => `${first}, the other side sent more data and then closed too${took}`,
  abort: (first) => `${first}, with an RST and without any FIN`,
  'reset-after-fin': (first, took) =>
    `${first}, with a FIN, and an RST ended the close before both FINs were acknowledged${took}`,
  incomplete: (first) => `${first}, with a FIN, and the close was never completed in this capture`,
  open: () => 'The capture has neither a FIN nor an RST of it',
  refused: () => 'The SYN was answered with an RST',
  unanswered: () => 'The SYN was never answered',
  partial: () => 'The capture shows neither how it opened nor how it closed',
};
