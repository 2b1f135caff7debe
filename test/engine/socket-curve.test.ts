import { describe, expect, it } from 'vitest';
import { SocketCurve } from '../../src/engine/socket-curve.ts';

describe('the most sockets at once', () => {
  it('are exact for many that come in order', () => {
    const curve = new SocketCurve();
    // 100 of them at every moment from the hundredth on, and 40 more for a second.
    for (let n = 0; n < 200_000; n++) {
      curve.add(n * 1e6, (n + 100) * 1e6, n % 2 === 0);
      if (n === 150_000) for (let more = 0; more < 40; more++) curve.add(n * 1e6, n * 1e6 + 1e9, true);
    }
    expect(curve.most()).toMatchObject({ sockets: 140, time: 150_000 * 1e6 });
  });

  it('take in one that was open all the time and comes last', () => {
    const curve = new SocketCurve();
    for (let n = 0; n < 100_000; n++) curve.add(n * 1e6, (n + 10) * 1e6, true);
    curve.add(0, Infinity, true);
    expect(curve.most().sockets).toBe(11);
  });

  it('do not count a socket beside the one that it follows', () => {
    const curve = new SocketCurve();
    curve.add(0, 5, true);
    curve.add(5, 9, true);
    expect(curve.most()).toEqual({ sockets: 1, proven: 1, time: 0 });
  });
});
