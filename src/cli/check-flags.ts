import type { CheckOptions } from '../engine/check.ts';
import type { ChoosingFlags } from './choosing.ts';
import type { EngineFlags } from './engine-flags.ts';
import type { FailOn } from './exit-status.ts';
import type { FormatChoice } from './format-options.ts';

type Which = CheckOptions['connections'];

export interface CheckFlags extends EngineFlags, ChoosingFlags {
  /** Text on standard output unless said. */
  readonly format?: readonly FormatChoice[];
  /** The same list, where no format was named: files say by their names what they are. */
  readonly output?: readonly FormatChoice[];
  readonly connections?: Which;
  readonly failOn?: FailOn;
  readonly maxFindings?: number;
  readonly baseline?: string;
  readonly printConfig?: boolean;
  readonly strictInput?: boolean;
  readonly quiet?: boolean;
  /** Times of day in UTC, and not in the zone of the machine. */
  readonly utc?: boolean;
  /** One line per connection: the format of that name. */
  readonly list?: boolean;
  /** Connections that an HTML report draws. */
  readonly htmlConnections?: number;
  readonly threads?: number;
  readonly resume?: string;
  readonly saveState?: string;
}
