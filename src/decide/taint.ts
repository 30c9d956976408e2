import { resolve } from 'node:path/posix';
import type { Action } from '../core/action.ts';
import { CREDENTIAL_PATH } from '../core/credential-path.ts';
import type { RiskClass } from '../core/risk-class.ts';
import type { Taint, TaintSource } from '../core/taint.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';
import type { Finding } from './finding.ts';
import { readCommandLine } from './read-command-line.ts';
import type { Scene } from './scene.ts';
import { commandReach } from './taint-reach.ts';
import type { Reach } from './taint-reach.ts';

/** What is known of the session besides its rules, for one action. */
export interface SessionTaint {
  readonly taint: Taint;
  /** What an action with reach meets: see `TaintRules`. */
  readonly verdict: 'ask' | 'deny';
  /** What detectors say about the command of this action; empty for any other action. */
  readonly risks: readonly RiskClass[];
}

/**
 * What a tainted session's taint says about an action: nothing, or to ask or deny because whoever wrote the text could
 * by this action send data away, destroy, read secrets, or leave something behind. Never allows anything.
 */
export function taintFindings(action: Action, scene: Scene, session: SessionTaint): readonly Finding[] {
  return [...reachOf(action, scene, session.risks)].map((reach) => ({
    verdict: session.verdict,
    ruleId: RULES[reach],
    reason: `${SOURCE_NAMES[session.taint.source]} ${session.taint.detectorId === null ? 'may hold instructions of someone else' : `held what looks like instructions to the agent (${session.taint.detectorId})`}, and this ${DEEDS[reach]}. Go on only if the developer wants exactly this.`,
  }));
}

/**
 * The answer on an action in a tainted session. What the rules deny stays denied by them; what they ask is asked with
 * both reasons; what they allow is asked or denied.
 */
export function withTaint(decided: Finding, findings: readonly Finding[]): Finding {
  const [first] = findings;
  if (first === undefined || decided.verdict === 'deny') return decided;
  if (decided.verdict === 'allow' || first.verdict === 'deny') return first;
  return { ...first, reason: `${first.reason} ${decided.reason}` };
}

const RULES = {
  outgoing: BUILTIN_RULES.taintOutgoing,
  destructive: BUILTIN_RULES.taintDestructive,
  'secret-read': BUILTIN_RULES.taintSecretRead,
  'outside-write': BUILTIN_RULES.taintOutsideWrite,
  'lasting-write': BUILTIN_RULES.taintLastingWrite,
  risky: BUILTIN_RULES.taintRisky,
} as const satisfies Record<Reach, unknown>;

const DEEDS: Readonly<Record<Reach, string>> = {
  outgoing: 'can send data to another machine',
  destructive: 'can destroy what is not kept elsewhere',
  'secret-read': 'reads a file that holds secrets',
  'outside-write': 'writes outside of the workspace',
  'lasting-write': 'changes what an agent or a tool obeys later',
  risky: 'gains rights, hides traces or lets others in',
};

const SOURCE_NAMES: Readonly<Record<TaintSource, string>> = {
  'web-page': 'A web page that this session read',
  'mcp-result': 'A result of an MCP server that this session read',
  'issue-text': 'An issue or comment that this session read',
  'tool-result': 'A result of a tool that this session read',
  'repository-file': 'A file that this session read',
  'earlier-session': 'An earlier session that this one goes on with',
};

/** Reaches in the order in which they are named to the developer. */
const ORDER: readonly Reach[] = ['outgoing', 'destructive', 'secret-read', 'outside-write', 'lasting-write', 'risky'];

const REACH_OF_RISK: Readonly<Record<RiskClass, Reach | null>> = {
  destructive: 'destructive',
  exfiltration: 'outgoing',
  'download-and-run': 'outgoing',
  privilege: 'risky',
  persistence: 'lasting-write',
  'credential-access': 'secret-read',
  'history-and-audit-tampering': 'risky',
  'defence-evasion': 'risky',
  'container-escape': 'risky',
  recon: null,
};

function reachOf(action: Action, scene: Scene, risks: readonly RiskClass[]): readonly Reach[] {
  const found = new Set<Reach>();
  for (const risk of risks) {
    const reach = REACH_OF_RISK[risk];
    if (reach !== null) found.add(reach);
  }
  switch (action.kind) {
    case 'fetch':
    case 'mcp':
      // What is sent along, in an address or as arguments, goes to someone else's machine.
      found.add('outgoing');
      break;
    case 'tool':
      if (OUTGOING_TOOLS.test(action.name)) found.add('outgoing');
      break;
    case 'read':
    case 'write':
      for (const reach of fileReach(action, scene)) found.add(reach);
      break;
    case 'command': {
      const folder = resolve(scene.workspace, action.cwd);
      const result = readCommandLine(action.commandLine, { folder, homeDir: scene.homeDir, realPath: scene.realPath });
      // What cannot be read is denied in any case.
      if (result.ok) for (const reach of commandReach(result.reading, pathReach(scene))) found.add(reach);
      break;
    }
    case 'canary':
    case 'unreadable':
      break;
  }
  return ORDER.filter((reach) => found.has(reach));
}

/** The client's own tools that talk to other machines or hand work to where it is not seen. */
const OUTGOING_TOOLS = /^(?:Web|Remote|Send|Push|Upload|Publish|Notif|Email|Cron|Schedule)/;

function fileReach(action: Extract<Action, { kind: 'read' | 'write' }>, scene: Scene): readonly Reach[] {
  const path = resolve(
    action.cwd,
    action.path.replace(/^~(?=\/|$)/, () => scene.homeDir),
  );
  return pathReach(scene)(action.kind, path);
}

/** Files in a workspace that agents, editors, version control or the machines that build obey by themselves. */
const OBEYED =
  /(?:^|\/)(?:\.git\/(?:hooks\/|config$)|\.github\/(?:workflows|actions)\/|\.gitlab-ci\.yml$|\.circleci\/|Jenkinsfile$|\.claude\/|CLAUDE(?:\.local)?\.md$|AGENTS\.md$|GEMINI\.md$|\.cursor(?:rules$|\/)|\.mcp\.json$|\.vscode\/(?:tasks|settings|launch)\.json$|\.idea\/|\.envrc$|\.husky\/|\.pre-commit-config\.yaml$|\.npmrc$|\.pypirc$|\.devcontainer)/i;

function pathReach(scene: Scene): (access: 'read' | 'write', path: string) => readonly Reach[] {
  const workspace = resolve(scene.workspace);
  return (access, path) => {
    const paths = scene.realPath === undefined ? [path] : [path, scene.realPath(path)];
    return paths.flatMap((each): readonly Reach[] => {
      if (access === 'read') return CREDENTIAL_PATH.test(each) ? ['secret-read'] : [];
      const isInside = each === workspace || each.startsWith(`${workspace}/`);
      if (!isInside && !/^\/dev\/(?:null|std\w+|tty|fd\/\d+)$/.test(each)) return ['outside-write'];
      return OBEYED.test(each) ? ['lasting-write'] : [];
    });
  };
}
