/** Where a text comes from that passes an enforcement point. */
export const SOURCE_KINDS = [
  'user-prompt',
  'repository-file',
  'tool-input',
  'tool-result',
  'web-page',
  'mcp-result',
  'issue-text',
  'model-output',
] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];
