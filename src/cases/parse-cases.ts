import { resolve } from 'node:path/posix';
import { LineCounter, isAlias, parseDocument, visit } from 'yaml';
import type { Document } from 'yaml';
import type { Action } from '../core/action.ts';
import { MAX_CASES, callsOf, caseFileSchema } from './case-schema.ts';
import type { CallKind } from './case-schema.ts';
import type { CaseFile, CaseScene, PolicyCase } from './policy-case.ts';

/** Bytes of one case file in UTF-8. */
export const MAX_CASE_FILE_BYTES = 4_194_304;
/** Faults that are told of one file. */
const MAX_FAULTS = 50;

/** What is wrong with a case file, and where; both counted from 1. */
export interface CaseFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type CaseFileResult =
  { readonly ok: true; readonly file: CaseFile } | { readonly ok: false; readonly faults: readonly CaseFault[] };

/** Reads a case file: YAML 1.2 or JSON. Pure; never throws, whatever the bytes. */
export function parseCases(bytes: Uint8Array): CaseFileResult {
  if (bytes.length > MAX_CASE_FILE_BYTES) return refused(`a case file has at most ${MAX_CASE_FILE_BYTES} bytes`);
  const text = utf8(bytes);
  if (text === null) return refused('the file is not UTF-8');
  const lines = new LineCounter();
  const document = documentOf(text, lines);
  if (document === null) return refused('the file is nested too deep');
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults: CaseFault[] = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    ...at(pos[0]),
    message: (message.split('\n')[0] ?? '')
      .replace(/ at line \d+.*$/, '')
      .replace(/^./, (letter) => letter.toLowerCase()),
  }));
  visit(document, {
    Node(_, node) {
      const isMarked = 'anchor' in node && node.anchor !== undefined;
      if (!isAlias(node) && !isMarked) return undefined;
      faults.push({ ...at(node.range?.[0] ?? 0), message: 'anchors and aliases are not used in a case file' });
      return visit.SKIP;
    },
  });
  if (faults.length > 0) return { ok: false, faults: faults.slice(0, MAX_FAULTS) };
  const checked = caseFileSchema.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (!checked.success) {
    const told = checked.error.issues.slice(0, MAX_FAULTS).map(({ path, message }) => ({
      ...at(offsetOf(document, path)),
      message: `${path.length === 0 ? '' : `${fieldText(path)}: `}${message.replace(/^./, (letter) => letter.toLowerCase())}`,
    }));
    return { ok: false, faults: told };
  }
  const scene = sceneOf(checked.data.scene);
  const cases = checked.data.cases.flatMap((written, index): readonly PolicyCase[] => {
    const { kind, calls } = callsOf(written);
    const { line } = at(offsetOf(document, ['cases', index]));
    const cwd = resolve(scene.workspace, written.in ?? '.');
    return calls.map((shown) => ({
      name: calls.length === 1 ? written.name : `${written.name}: ${shown}`,
      action: actionOf(kind, shown, cwd),
      shown,
      want: written.want,
      rule: written.rule ?? null,
      line,
    }));
  });
  if (cases.length > MAX_CASES) return refused(`a case file has at most ${MAX_CASES} calls`);
  return { ok: true, file: { scene, cases } };
}

/** Null where the text is nested deeper than the reader's stack. */
function documentOf(text: string, lineCounter: LineCounter): Document | null {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, version: '1.2', schema: 'core', uniqueKeys: true });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    // The decoder says "these bytes are not UTF-8" with a TypeError.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) continue;
    return Number(node.range[0]);
  }
  return 0;
}

function fieldText(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

function sceneOf(written: {
  readonly workspace: string;
  readonly home: string;
  readonly files: readonly string[];
  readonly links: Readonly<Record<string, string>>;
}): CaseScene {
  const place = (name: string): string => resolve(written.workspace, name);
  return {
    workspace: resolve(written.workspace),
    homeDir: resolve(written.home),
    files: written.files.map(place),
    links: new Map(Object.entries(written.links).map(([name, target]) => [place(name), place(target)])),
  };
}

function actionOf(kind: CallKind, text: string, cwd: string): Action {
  switch (kind) {
    case 'run':
      return { kind: 'command', commandLine: text, cwd, isUnsandboxed: false };
    case 'read':
    case 'write':
      return { kind, path: text, cwd };
    case 'fetch':
      return { kind: 'fetch', url: text };
    case 'mcp': {
      const [server = '', ...tool] = text.split('/');
      return { kind: 'mcp', server, tool: tool.join('/') };
    }
    case 'tool':
      return { kind: 'tool', name: text };
  }
}

function refused(message: string): CaseFileResult {
  return { ok: false, faults: [{ line: 1, column: 1, message }] };
}
