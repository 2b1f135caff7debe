import { PROFILES, type Profile, type ProfileName } from '../machine/profile.ts';

/** Seconds. */
export const DEFAULT_LINGER = 60;

/** Options that `check` and `show` share, as commander hands them over. */
export interface EngineFlags {
  readonly profile: ProfileName;
  readonly msl?: number;
  readonly linger: number;
  readonly reader: 'lastack' | 'pcap-parser';
  readonly verifyChecksums?: boolean;
  readonly color?: boolean;
}

export function profileOf({ profile, msl }: EngineFlags): Profile {
  const chosen = PROFILES[profile];
  return msl === undefined ? chosen : { ...chosen, msl };
}

/** What else was chosen, as it was typed. */
export function optionsOf({ linger, reader, verifyChecksums }: EngineFlags): string[] {
  return [
    ...(linger === DEFAULT_LINGER ? [] : ['--linger', String(linger)]),
    ...(reader === 'lastack' ? [] : ['--reader', reader]),
    ...(verifyChecksums ? ['--verify-checksums'] : []),
  ];
}
