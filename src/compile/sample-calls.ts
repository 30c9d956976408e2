import { ASSIGNMENT_PROGRAM, parseCommandPattern } from '../core/command-pattern.ts';
import type { FlagPattern, OperandClass, PatternWord, StagePattern } from '../core/command-pattern.ts';
import type { JsonObject } from '../core/json.ts';
import type { FileRule } from '../core/rule-table.ts';
import { expandBraces } from './expand-braces.ts';

/** A call as the client makes it. */
export interface SampleCall {
  readonly tool: string;
  readonly input: JsonObject;
}

/** Calls that a pattern is made of at least, for a client in {@link SAMPLE_PLACE}. */
export interface Samples {
  /** Calls of the tool that the pattern is about; the shortest come first. */
  readonly own: readonly SampleCall[];
  /** The same by a command of the shell, where the pattern is about files. */
  readonly byCommand: readonly SampleCall[];
}

/** Where the sample calls are made. */
export const SAMPLE_PLACE = { cwd: '/workspace', home: '/home/dev' } as const;

/** Most samples of one pattern; each alternative comes once before any comes twice. */
export const MAX_SAMPLES = 24;

/** Commands that a pattern of the policy surely takes: the fewest words, and the same with one more operand. */
export function commandSamples(pattern: string): Samples {
  const parsed = parseCommandPattern(pattern);
  if (!parsed.ok) return { own: [], byCommand: [] };
  const lines = parsed.pattern.stages.map((stage) => stage.flatMap(stageLines));
  const longest = Math.max(...lines.map((choices) => choices.length));
  const texts = new Set<string>();
  for (let at = 0; at < longest; at += 1) {
    texts.add(lines.map((choices) => choices[at % choices.length] ?? '').join(' | '));
  }
  const shortest = [...texts].slice(0, MAX_SAMPLES / 2);
  const isOneCommand = parsed.pattern.stages.length === 1;
  const longer = isOneCommand ? shortest.map((text) => `${text} x`) : [];
  return { own: [...shortest, ...longer].map(bash), byCommand: [] };
}

/** Files that a pattern surely takes, by the client's own tool and by a command. */
export function fileSamples(rule: Pick<FileRule, 'access'>, pattern: string): Samples {
  const paths = (expandBraces(pattern) ?? []).slice(0, MAX_SAMPLES).map(placed);
  const isRead = rule.access === 'read';
  return {
    own: paths.map((path) =>
      isRead
        ? { tool: 'Read', input: { file_path: path } }
        : { tool: 'Write', input: { file_path: path, content: 'x' } },
    ),
    byCommand: paths.map((path) => bash(isRead ? `cat ${path}` : `tee ${path}`)),
  };
}

/** A fetch from a host that the pattern takes. */
export function webSamples(host: string): Samples {
  const name = host === '*' ? 'x.example' : host.replace(/^\*\./, 'x.');
  const url = `https://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}/`;
  return { own: [{ tool: 'WebFetch', input: { url, prompt: 'x' } }], byCommand: [] };
}

/** A call of an MCP server's tool. */
export function mcpSamples(server: string, tool: string): Samples {
  const name = (text: string): string => filled(text);
  return { own: [{ tool: `mcp__${name(server)}__${name(tool)}`, input: {} }], byCommand: [] };
}

/** A call of one of the client's own tools. */
export function toolSamples(tool: string): Samples {
  return { own: [{ tool: filled(tool), input: {} }], byCommand: [] };
}

function bash(command: string): SampleCall {
  return { tool: 'Bash', input: { command } };
}

function stageLines(stage: StagePattern): readonly string[] {
  const choices = stage.words.map(wordChoices);
  const count = Math.max(stage.programs.length, ...choices.map((words) => words.length));
  return Array.from({ length: count }, (_, at) => {
    const program = stage.programs[at % stage.programs.length] ?? '';
    const words = choices.map((all) => all[at % all.length] ?? '');
    return [...(program === ASSIGNMENT_PROGRAM ? [] : [filled(program)]), ...words].join(' ');
  });
}

function wordChoices(word: PatternWord): readonly string[] {
  switch (word.kind) {
    case 'subcommand':
      return [...word.words.map(filled), ...word.flags.map(flagText)];
    case 'operand':
      return [...word.globs.map(filled), ...word.flags.map(flagText)];
    case 'flag':
      return word.flags.map(flagText);
    case 'class':
      return [CLASS_WORDS[word.name]];
  }
}

function flagText({ name, value }: FlagPattern): string {
  if (value === null) return name;
  const text = 'glob' in value ? filled(value.glob) : CLASS_WORDS[value.className];
  return name.startsWith('--') ? `${name}=${text}` : `${name} ${text}`;
}

const CLASS_WORDS: Readonly<Record<OperandClass, string>> = {
  outside: '/srv/x',
  inside: '/workspace/x',
  elsewhere: '/srv/x',
  url: 'https://x.example/',
  'allowed-url': 'https://x.example/',
  'other-url': 'https://x.example/',
  any: 'x',
  dynamic: '"$(x)"',
};

/** The shortest name with something in the place of each star, because nothing at all is often another command. */
function filled(glob: string): string {
  return glob.replaceAll('*', 'x').replaceAll('?', 'x');
}

function placed(pattern: string): string {
  const path = pattern
    .replace(/^\*\*\//, '')
    .replaceAll('**', 'x')
    .replaceAll('*', 'x')
    .replaceAll('?', 'x');
  if (path.startsWith('/')) return path;
  return path.startsWith('~/') ? `${SAMPLE_PLACE.home}/${path.slice(2)}` : `${SAMPLE_PLACE.cwd}/${path}`;
}
