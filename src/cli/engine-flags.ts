import type { ProfileName } from '../machine/profile.ts';

/** Seconds. */
export const DEFAULT_LINGER = 60;

/** Options that `check`, `show` and others share, as commander hands them over. */
export interface EngineFlags {
  readonly profile?: ProfileName;
  readonly msl?: number;
  readonly linger?: number;
  /** `LOW-HIGH` */
  readonly ports?: string;
  readonly reader: 'lastack' | 'pcap-parser';
  readonly verifyChecksums?: boolean;
  /** Bytes. */
  readonly maxMemory?: number;
  /** A file; false for none. */
  readonly config?: string | false;
  /** A configuration that was found and not named may be code. */
  readonly allowConfigCode?: boolean;
  readonly color?: boolean;
}
