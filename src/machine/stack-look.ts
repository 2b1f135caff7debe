import { ACK, SYN } from '../decode/segment.ts';
import { has, type LoggedSegment } from './logged-segment.ts';
import type { ProfileName } from './profile.ts';

/** What a SYN or SYN,ACK offers beside its header. */
interface Offer {
  readonly timestamps: boolean;
  /** The window scale that it carries; null for none. */
  readonly offeredScale: number | null;
}

/** Initial windows of Linux, now and before 2018: as many whole segments as fit, of 1460 bytes in a SYN and 1448 in a SYN,ACK; IPv6 has 20 less. */
const LINUX_WINDOWS: readonly number[] = [64_240, 29_200, 65_160, 28_960, 64_800, 28_800, 64_260, 28_560];
const WINDOWS_WINDOWS: readonly number[] = [64_240, 65_535, 8192];

/**
 * Whose SYN or SYN,ACK this is, where TTL, initial window, timestamps and scale are together those of one stack; null
 * where they are not, as for the stacks that begin with a window of 65,535 and a TTL of 64 (FreeBSD and macOS).
 */
export function stackOf(segment: LoggedSegment, { timestamps, offeredScale }: Offer): ProfileName | null {
  if (!has(segment, SYN) || segment.optionsCut || offeredScale === null) return null;
  const { ttl, window } = segment;
  if (ttl > 32 && ttl <= 64 && timestamps && LINUX_WINDOWS.includes(window)) return 'linux';
  const isOpening = !has(segment, ACK);
  const isWindows = isOpening && !timestamps && offeredScale === 8 && WINDOWS_WINDOWS.includes(window);
  return ttl > 96 && ttl <= 128 && isWindows ? 'windows' : null;
}
