import { resolve } from 'node:path/posix';
import type { SeenCall } from '../core/seen-call.ts';
import { explainCommand } from '../decide/index.ts';
import { programFolderProblem } from '../core/program-pattern.ts';
import { programRisks, runsAnything } from './program-risk.ts';

/** What a rule that allows would say, and what else it would let through. */
export interface AllowCandidate {
  readonly section: 'commands' | 'files' | 'web' | 'mcp' | 'tools';
  /** A pattern of its section; for `mcp` the tool's name. */
  readonly pattern: string;
  /** Of section `files`. */
  readonly access: 'read' | 'write' | null;
  /** Of section `mcp`. */
  readonly server: string | null;
  readonly risks: readonly string[];
}

/** The candidates of a call, or why there can be none. */
export type CandidatesOfCall =
  { readonly ok: true; readonly candidates: readonly AllowCandidate[] } | { readonly ok: false; readonly why: string };

/** Programs whose first plain words say what they do. */
const WITH_SUBCOMMANDS = new Set(
  'git gh npm pnpm yarn bun pip pip3 uv poetry cargo go docker podman kubectl helm aws gcloud az terraform tofu make gmake dotnet bundle composer brew apt apt-get systemctl gradle gradlew mvn mvnw nx turbo'.split(
    ' ',
  ),
);
/** Those of them whose second plain word says it too. */
const WITH_TWO = new Set('gh aws gcloud az docker podman kubectl git'.split(' '));
const SECOND_WORD_OF = new Set(
  'pr issue repo release run workflow s3 s3api ec2 iam lambda sts logs compose image container network volume config remote stash rollout compute storage projects'.split(
    ' ',
  ),
);
const PLAIN_WORD = /^[a-z][a-z0-9_:.-]{0,40}$/;
const PLAIN_PROGRAM = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,40}$/;
const PLAIN_PATH = /^[\w./+-]+$/;
/** Characters that mean something in a path pattern. */
const PATTERN_CHARACTERS = /[*?[\]{}!<>\\,\p{Cc}]/u;

/** Proposes the narrowest patterns that stay readable for what a call did. Pure; never throws. */
export function allowCandidates(call: SeenCall): CandidatesOfCall {
  const { action } = call;
  const none = { access: null, server: null } as const;
  switch (action.kind) {
    case 'command':
      return commandCandidates(call, action.commandLine);
    case 'read':
    case 'write': {
      const path = resolve(
        action.cwd,
        action.path.replace(/^~(?=\/|$)/, () => call.homeDir),
      );
      if (PATTERN_CHARACTERS.test(path))
        return { ok: false, why: 'its path holds characters that a pattern reads otherwise' };
      const risk =
        action.kind === 'read'
          ? 'whatever the file will hold reaches the model'
          : 'the file can be replaced by anything, and it lies where it lies for everybody on this machine';
      return one({ ...none, section: 'files', pattern: path, access: action.kind, risks: [risk] });
    }
    case 'fetch': {
      const host = URL.canParse(action.url) ? new URL(action.url).hostname : '';
      if (!/^[a-z0-9.-]+$/.test(host)) return { ok: false, why: 'its host is no plain name' };
      const risks = [`every address of ${host}; what an address holds is sent there, and what comes back is read`];
      return one({ ...none, section: 'web', pattern: host, risks });
    }
    case 'mcp':
      if (!PLAIN_PROGRAM.test(action.server) || !PLAIN_PROGRAM.test(action.tool))
        return { ok: false, why: 'its name holds characters that a pattern reads otherwise' };
      return one({
        ...none,
        section: 'mcp',
        pattern: action.tool,
        server: action.server,
        risks: ['every input of that tool, and whatever its server does with it'],
      });
    case 'tool':
      if (!/^[A-Za-z0-9_:]+$/.test(action.name)) return { ok: false, why: 'its name is no plain name' };
      return one({ ...none, section: 'tools', pattern: action.name, risks: ['every input of that tool'] });
    case 'canary':
    case 'unreadable':
      return { ok: false, why: 'it cannot be read' };
  }
}

function one(candidate: AllowCandidate): CandidatesOfCall {
  return { ok: true, candidates: [candidate] };
}

function commandCandidates(call: SeenCall, commandLine: string): CandidatesOfCall {
  const read = explainCommand(commandLine, call);
  if (!read.ok) return { ok: false, why: 'it cannot be read' };
  const byPattern = new Map<string, AllowCandidate>();
  for (const { program, words, role } of read.commands) {
    if (role !== 'plain') continue;
    const name = program.slice(program.lastIndexOf('/') + 1);
    if (!PLAIN_PROGRAM.test(name)) return { ok: false, why: 'a program in it is not known before it runs' };
    const why = runsAnything(name, words);
    if (why !== null) return { ok: false, why: `\`${name}\` ${why}` };
    const subcommands = subcommandsOf(name, words);
    if (subcommands === null) return { ok: false, why: `what \`${name}\` does is not its first word` };
    const shown = patternProgram(program, name, call);
    if (shown === null) return { ok: false, why: `\`${name}\` lies where no pattern of an allow rule points to` };
    const pattern = [shown, ...subcommands].join(' ');
    const risks = [
      `every option and operand of \`${pattern}\`${subcommands.length === 0 ? ', subcommands included' : ''}`,
      ...programRisks(name, subcommands),
    ];
    byPattern.set(pattern, { section: 'commands', pattern, access: null, server: null, risks });
  }
  return { ok: true, candidates: [...byPattern.values()] };
}

/** How an allow rule names a program: by its name, or by its path from the workspace where it is written so. */
function patternProgram(program: string, name: string, { action, workspace }: SeenCall): string | null {
  if (!program.includes('/') || program.startsWith('/')) return name;
  const path = program.startsWith('./') ? program : `./${program}`;
  const isAtHome = action.kind === 'command' && action.cwd === workspace;
  return isAtHome && PLAIN_PATH.test(path) && programFolderProblem(path) === null ? path : null;
}

/** The words that say what a program does; null where it has such words and the first one is none. */
function subcommandsOf(name: string, words: readonly string[]): readonly string[] | null {
  if (!WITH_SUBCOMMANDS.has(name)) return [];
  const [first, second] = words;
  // An option in front may take the next word as its value: `git -C push status`.
  if (first === undefined || !PLAIN_WORD.test(first)) return null;
  const hasTwo = WITH_TWO.has(name) && SECOND_WORD_OF.has(first);
  if (!hasTwo) return [first];
  return second !== undefined && PLAIN_WORD.test(second) ? [first, second] : null;
}
