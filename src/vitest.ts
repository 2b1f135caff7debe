/**
 * Adds the matchers to Vitest's `expect`, with their types: import it in a test, or name it in `test.setupFiles`.
 *
 * @example
 * ```ts
 * import { expect, test } from 'vitest';
 * import 'lastack/vitest';
 *
 * test('every connection ends with FINs', async () => {
 *   await expect('captures/three-way.pcap').toCloseCleanly({ port: 8080 });
 *   await expect('captures/killed-with-unread-data.pcap').toHaveFinding('rst-on-close', { side: 'server' });
 * });
 * ```
 */
import { expect } from 'vitest';
import { type CloseMatchers, matchers } from './matchers.ts';

expect.extend(matchers);

declare module 'vitest' {
  interface Assertion<T> extends CloseMatchers {}
}
