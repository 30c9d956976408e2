import { z } from 'zod';

/** Cases in one file, calls of lists counted one by one. */
export const MAX_CASES = 20_000;
/** UTF-16 code units of one call. */
const MAX_CALL_LENGTH = 20_000;

const call = z.string().min(1).max(MAX_CALL_LENGTH);
const calls = z.union([call, z.array(call).min(1).max(1_000)]);
const absolutePath = z.string().regex(/^\/[^\0]*$/, 'a path here starts with `/`');

const scene = z
  .strictObject({
    workspace: absolutePath.default('/home/dev/app').describe('Folder in which the agent works.'),
    home: absolutePath.default('/home/dev').describe('Home folder of the developer.'),
    files: z
      .array(z.string().min(1))
      .max(2_000)
      .default([])
      .describe('Files that exist, as globs of a command line expand to them; relative to the workspace.'),
    links: z
      .record(z.string().min(1), z.string().min(1))
      .default({})
      .describe('Symbolic links, name to target; relative to the workspace.'),
  })
  .prefault({});

const KINDS = ['run', 'read', 'write', 'fetch', 'mcp', 'tool'] as const;
export type CallKind = (typeof KINDS)[number];

const oneCase = z
  .strictObject({
    name: z.string().min(1).max(200).describe('A sentence that says what the case shows.'),
    run: calls.optional().describe('A command line, or several.'),
    read: calls.optional().describe('A path that is read.'),
    write: calls.optional().describe('A path that is written.'),
    fetch: calls.optional().describe('A URL that the web tool fetches.'),
    mcp: calls.optional().describe('A call of an MCP tool: `server/tool`.'),
    tool: calls.optional().describe("One of the client's own tools by name."),
    in: z.string().min(1).optional().describe('Folder in which it happens; relative to the workspace.'),
    want: z.enum(['deny', 'ask', 'allow']).describe('The verdict.'),
    rule: z.string().min(1).optional().describe('The rule that must decide it.'),
  })
  .check((context) => {
    const given = KINDS.filter((kind) => context.value[kind] !== undefined);
    if (given.length === 1) return;
    const message = `a case holds one of ${KINDS.map((kind) => `\`${kind}\``).join(', ')}; this one holds ${given.length}`;
    context.issues.push({ code: 'custom', input: context.value, message });
  });

/** A case file as it is written. */
export const caseFileSchema = z.strictObject({
  version: z.literal(1),
  scene,
  cases: z.array(oneCase).min(1).max(MAX_CASES),
});

export type WrittenCase = z.output<typeof oneCase>;

/** The kind of call of a case and its calls; a case that the schema let pass has exactly one kind. */
export function callsOf(written: WrittenCase): { readonly kind: CallKind; readonly calls: readonly string[] } {
  for (const kind of KINDS) {
    const value = written[kind];
    if (value !== undefined) return { kind, calls: typeof value === 'string' ? [value] : value };
  }
  throw new TypeError('a case was not checked');
}
