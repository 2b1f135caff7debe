import { describe, expect, it } from 'vitest';
import { compareWithPolls } from '../support/kernel-polls.ts';

const CAPTURE = new URL('../../captures/sockets-load.pcap', import.meta.url).pathname;
const POLLS = new URL('../../captures/sockets-load.polls.gz', import.meta.url).pathname;

describe('the sockets of a capture, against ss -tan on both hosts', () => {
  it('are the same at every poll', async () => {
    const { polls, same, changing, assumed, different } = await compareWithPolls(CAPTURE, POLLS);
    expect(different).toEqual([]);
    expect(polls).toBeGreaterThan(70);
    expect(same).toBeGreaterThan(4000);
    // Most of them are timers that are late.
    expect(changing).toBeLessThan(same / 30);
    // FINs that never arrived, as the capture at the client cannot know, and openings that were given up.
    expect(assumed.filter((ends) => !/:(8086|8091)\b/.test(ends))).toEqual([]);
  });
});
