import { describe, expect, it } from 'vitest';
import { STATES, type State } from '../../src/machine/state.ts';
import { EVENTS, type Event, transition } from '../../src/machine/table.ts';

/** RFC 9293 figure 5, TCP Connection State Diagram, without the calls that show nothing on the wire. */
const DIAGRAM: readonly (readonly [State, Event, State])[] = [
  ['CLOSED', 'send SYN', 'SYN_SENT'],
  ['LISTEN', 'receive SYN', 'SYN_RCVD'],
  ['LISTEN', 'send SYN', 'SYN_SENT'],
  ['SYN_SENT', 'receive SYN', 'SYN_RCVD'],
  ['SYN_SENT', 'receive SYN,ACK', 'ESTABLISHED'],
  ['SYN_RCVD', 'receive ACK of SYN', 'ESTABLISHED'],
  ['SYN_RCVD', 'send FIN', 'FIN_WAIT_1'],
  ['ESTABLISHED', 'send FIN', 'FIN_WAIT_1'],
  ['ESTABLISHED', 'receive FIN', 'CLOSE_WAIT'],
  ['FIN_WAIT_1', 'receive ACK of FIN', 'FIN_WAIT_2'],
  ['FIN_WAIT_1', 'receive FIN', 'CLOSING'],
  ['FIN_WAIT_1', 'receive FIN,ACK of FIN', 'TIME_WAIT'],
  ['FIN_WAIT_2', 'receive FIN', 'TIME_WAIT'],
  ['CLOSE_WAIT', 'send FIN', 'LAST_ACK'],
  ['CLOSING', 'receive ACK of FIN', 'TIME_WAIT'],
  ['LAST_ACK', 'receive ACK of FIN', 'CLOSED'],
  ['TIME_WAIT', 'timeout 2MSL', 'CLOSED'],
];
const SYNCHRONIZED: readonly State[] = STATES.slice(STATES.indexOf('ESTABLISHED'));
const cells = STATES.flatMap((state) => EVENTS.map((event) => [state, event] as const));

describe('the transition table', () => {
  it.each(DIAGRAM)('goes from %s by "%s" to %s as the diagram of RFC 9293 does', (from, event, to) => {
    expect(transition(from, event).to).toBe(to);
  });

  it('has a cell, a state and a clause for each state and event', () => {
    for (const [state, event] of cells) {
      const { to, clause } = transition(state, event);
      expect(STATES).toContain(to);
      expect(clause).toMatch(/^RFC (9293|6191|1337|5961)/);
    }
  });

  it('has no other way to close than the diagram, but the ACK and FIN of one segment', () => {
    const inDiagram = new Set(DIAGRAM.map((edge) => edge.join()));
    const others = cells.flatMap(([from, event]) => {
      const { to } = transition(from, event);
      const ends = ['send RST', 'receive RST', 'reopen'].includes(event);
      return to === from || ends || inDiagram.has([from, event, to].join()) ? [] : [[from, event, to].join()];
    });
    expect(others).toEqual([
      'CLOSED,send SYN,ACK,SYN_RCVD',
      'LISTEN,send SYN,ACK,SYN_RCVD',
      'SYN_SENT,send SYN,ACK,SYN_RCVD',
      'SYN_RCVD,receive SYN,ACK,ESTABLISHED',
      'SYN_RCVD,receive FIN,CLOSE_WAIT',
      'FIN_WAIT_2,receive FIN,ACK of FIN,TIME_WAIT',
      'CLOSING,receive FIN,ACK of FIN,TIME_WAIT',
      'LAST_ACK,receive FIN,ACK of FIN,CLOSED',
    ]);
  });

  it('closes on an RST from every state that has a connection', () => {
    for (const state of SYNCHRONIZED) {
      expect(transition(state, 'receive RST').to).toBe('CLOSED');
      expect(transition(state, 'send RST').to).toBe('CLOSED');
    }
    expect(transition('LISTEN', 'receive RST').to).toBe('LISTEN');
  });

  it('keeps every synchronized state on a SYN (RFC 5961 4)', () => {
    for (const state of SYNCHRONIZED) expect(transition(state, 'receive SYN').to).toBe(state);
  });

  it('leaves no connection behind where the 4-tuple is open anew', () => {
    for (const state of STATES.filter((s) => s !== 'LISTEN'))
      expect(transition(state, 'reopen').to).toBe('CLOSED');
  });

  it('enters TIME_WAIT only by a FIN of the peer or the ACK of crossing ones', () => {
    const ways = cells.filter(
      ([from, event]) => from !== 'TIME_WAIT' && transition(from, event).to === 'TIME_WAIT',
    );
    expect(new Set(ways.map(([from]) => from))).toEqual(new Set(['FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSING']));
  });
});
