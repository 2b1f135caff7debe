/** How long a stack waits, in seconds, and what it makes of an RST in TIME_WAIT. */
export interface Profile {
  name: ProfileName;
  /** Maximum segment lifetime, seconds; TIME_WAIT lasts twice as long. */
  msl: number;
  /** How long an orphaned FIN_WAIT_2 lives, seconds; null where the stack sets no limit. */
  finWait2: number | null;
  /** RFC 1337 fix F1: an RST does not end TIME_WAIT. */
  rstInTimeWaitIgnored: boolean;
}

export const PROFILE_NAMES = ['rfc9293', 'linux', 'freebsd', 'windows', 'macos', 'lwip', 'smoltcp'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  rfc9293: { name: 'rfc9293', msl: 120, finWait2: null, rstInTimeWaitIgnored: false },
  linux: { name: 'linux', msl: 30, finWait2: 60, rstInTimeWaitIgnored: false },
  freebsd: { name: 'freebsd', msl: 30, finWait2: 60, rstInTimeWaitIgnored: true },
  windows: { name: 'windows', msl: 60, finWait2: 120, rstInTimeWaitIgnored: false },
  macos: { name: 'macos', msl: 15, finWait2: 60, rstInTimeWaitIgnored: false },
  lwip: { name: 'lwip', msl: 60, finWait2: 20, rstInTimeWaitIgnored: false },
  smoltcp: { name: 'smoltcp', msl: 5, finWait2: null, rstInTimeWaitIgnored: false },
};

/** How long a TIME_WAIT lasts, nanoseconds: 2MSL (RFC 9293 3.3.2). */
export function twoMslOf({ msl }: Pick<Profile, 'msl'>): number {
  return 2 * msl * 1e9;
}
