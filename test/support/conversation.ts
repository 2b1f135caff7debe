import fc from './property.ts';

export const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+.01 > . 1:1(0) ack 1\n';

export interface Step {
  readonly from: 0 | 1;
  readonly flags: string;
  readonly length: number;
  readonly acknowledges: boolean;
  readonly wait: number;
}

/** Any segment that is in order. */
export const STEP: fc.Arbitrary<Step> = fc.record({
  from: fc.constantFrom<0 | 1>(0, 1),
  flags: fc.constantFrom('', '', '', '', '', '', 'F', 'R'),
  length: fc.constantFrom(0, 0, 1, 7, 24, 100, 1460),
  /** Acknowledges everything that was sent, or no more than before. */
  acknowledges: fc.constantFrom(true, true, false),
  wait: fc.constantFrom(0, 0.01, 0.01, 0.2, 0.2, 5, 70, 130),
});

/** A ladder of an opening and these segments; a polite one goes on until both have closed. */
export function conversation(steps: readonly Step[], polite: boolean): string {
  const next: [number, number] = [1, 1];
  const acknowledged: [number, number] = [1, 1];
  const closed = [false, false];
  let text = OPENING;
  const send = ({ from, flags, length, acknowledges, wait }: Step): void => {
    const peer = from === 0 ? 1 : 0;
    const carried = closed[from] || flags === 'R' ? 0 : length;
    const flag = closed[from] && flags === 'F' ? '' : flags;
    if (acknowledges || flag === 'R') acknowledged[from] = next[peer];
    const seq = next[from];
    const arrow = from === 0 ? '>' : '<';
    text += `+${wait} ${arrow} ${flag}. ${seq}:${seq + carried}(${carried}) ack ${acknowledged[from]}\n`;
    next[from] += carried + (flag === 'F' ? 1 : 0);
    if (flag === 'F') closed[from] = true;
  };
  for (const step of steps) send(step);
  if (polite) {
    const answer = { flags: '', length: 0, acknowledges: true, wait: 0.01 };
    if (acknowledged[1] !== next[0]) send({ ...answer, from: 1 });
    if (acknowledged[0] !== next[1]) send({ ...answer, from: 0 });
    if (!closed[0]) send({ ...answer, from: 0, flags: 'F' });
    if (!closed[1]) send({ ...answer, from: 1, flags: 'F' });
    if (acknowledged[0] !== next[1]) send({ ...answer, from: 0 });
  }
  return text;
}
