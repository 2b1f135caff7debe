import type { ProfileName } from '../machine/profile.ts';
import type { PageParts } from '../report/html/page.ts';

/** What the page asks its worker for. */
export interface Request {
  readonly files: readonly File[];
  readonly profile: ProfileName;
  /** Connections that are drawn. */
  readonly most: number;
  readonly version: string;
  /** The WebAssembly of the core. */
  readonly core: Uint8Array;
}

/** What the worker says. */
export type Answer =
  | { readonly kind: 'progress'; readonly file: string; readonly bytes: number; readonly size: number }
  | { readonly kind: 'page'; readonly page: PageParts }
  | { readonly kind: 'failed'; readonly message: string };
