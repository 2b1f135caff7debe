import type { DiagnosticCode } from './record.ts';

/** What a diagnostic means for the whole: nothing was read, something is lost, or it is merely said. */
export const DAMAGE: Readonly<Record<DiagnosticCode, 'unread' | 'damaged' | 'said'>> = {
  'not-a-capture': 'unread',
  empty: 'unread',
  'reader-unsupported': 'unread',
  'record-truncated': 'damaged',
  'record-corrupt': 'damaged',
  'block-corrupt': 'damaged',
  'interface-unknown': 'damaged',
  'interfaces-not-kept': 'damaged',
  'link-type-unsupported': 'damaged',
  'compression-corrupt': 'damaged',
  'compression-ratio': 'damaged',
  'header-corrupt': 'damaged',
  interrupted: 'damaged',
  'tcp-header-cut': 'said',
  'ip-fragment': 'said',
  'tunnel-not-opened': 'said',
  'protocol-not-tcp': 'said',
  'checksum-wrong': 'said',
  'memory-exceeded': 'damaged',
  'time-backwards': 'said',
  'packets-dropped': 'said',
  'time-impossible': 'damaged',
  'time-rounded': 'said',
};
