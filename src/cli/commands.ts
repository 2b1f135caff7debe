/** What can be said in place of a capture; a misspelt one is looked up here. */
export const COMMANDS = [
  'check',
  'show',
  'sockets',
  'watch',
  'view',
  'extract',
  'baseline',
  'diff',
  'init',
  'explain',
  'rules',
  'completion',
  'man',
  'help',
] as const;
