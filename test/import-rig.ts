import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Action } from '../src/core/action.ts';
import { importDocuments } from '../src/import/index.ts';
import type { ImportResult, RuleReader } from '../src/import/index.ts';
import { ROOT } from './daemon-process.ts';
import type { PreventedCall } from './fixtures/import/deny-calls.ts';

export const WORKSPACE = '/srv/work';
export const HOME = '/home/dev';

/** Where the documents that an import must take whole are kept, besides the project. */
export const SPEC_FOLDER = join(ROOT, '..', 'shared', 'spec');
export const SPEC_FILES = ['1-architecture-workstation.md', '2-architecture-aws-ec2.md', '3-research.md'] as const;
/** Why a test on those documents cannot run, or false. */
export const SPEC_SKIP: string | false = existsSync(join(SPEC_FOLDER, SPEC_FILES[0]))
  ? false
  : 'the folder shared/spec is not here';

/** A reader that knows of one mistake only: colons between words. */
export const colonReader: RuleReader = (_list, text) => {
  const inner = /^Bash\((\S*)\)$/.exec(text)?.[1]?.replace(/:\*$/, '') ?? '';
  return inner.includes(':')
    ? { matches: 'nothing', why: 'colons between words are letters of a name', wider: null }
    : { matches: 'something', why: 'matches what it says', wider: null };
};

/** The JSON of one fenced block, and where it stands. */
export interface SpecBlock {
  readonly file: string;
  readonly text: string;
}

/** The fenced JSON blocks of the documents, in memory only. */
export function specBlocks(): readonly SpecBlock[] {
  return SPEC_FILES.flatMap((file) => {
    const text = readFileSync(join(SPEC_FOLDER, file), 'utf8');
    return [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)].map((match) => ({
      file: `${file}-${text.slice(0, match.index).split('\n').length}.json`,
      text: match[1] ?? '',
    }));
  });
}

/** Imports one text under a name. */
export function importText(
  text: string | Uint8Array,
  file = 'settings.json',
  readRule: RuleReader = colonReader,
): ImportResult {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return importDocuments([{ file, bytes }], { name: 'imported', readRule });
}

/** The paths of all leaves of a JSON value, as diagnostics write them. */
export function leafPaths(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value) && value.length > 0)
    return value.flatMap((item, index) => leafPaths(item, `${path}[${index}]`));
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, inner]) => {
      const name = /^[\w$-]+$/.test(key) ? key : JSON.stringify(key);
      return leafPaths(inner, path === '' ? name : `${path}.${name}`);
    });
  return [path];
}

/** The action that a call is. */
export function actionOf(call: PreventedCall): Action {
  if (typeof call === 'string') return { kind: 'command', commandLine: call, cwd: WORKSPACE, isUnsandboxed: false };
  return 'read' in call
    ? { kind: 'read', path: call.read, cwd: WORKSPACE }
    : { kind: 'write', path: call.write, cwd: WORKSPACE };
}
