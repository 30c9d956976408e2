import { HARMLESS_DEVICES } from './path-rules.ts';
import type { PolicyDraft } from './policy-draft.ts';

const SOURCE = 'the client does so without any rule';

/**
 * Adds what the client lets pass without being told: reading in the project, a set of commands that only look, and its
 * own bookkeeping. Without these a policy would ask for what nobody ever asked for. Rules that deny or ask beat them.
 */
export function addClientCustoms(draft: PolicyDraft): void {
  if (draft.value('defaults.read_inside') === undefined) draft.setValue('defaults.read_inside', 'allow', SOURCE);
  for (const [name, reason, run, unless] of CUSTOMS)
    draft.addRule({ verdict: 'allow', name, reason, body: { family: 'commands', run, unless } }, SOURCE);
  for (const access of ['read', 'write'] as const)
    draft.addRule(
      {
        verdict: 'allow',
        name: `client-devices-${access}`,
        reason: 'Devices that keep nothing.',
        body: { family: 'files', access, paths: HARMLESS_DEVICES, except: [] },
      },
      SOURCE,
    );
  draft.addRule(
    {
      verdict: 'allow',
      name: 'client-bookkeeping',
      reason: "The client's own bookkeeping.",
      body: { family: 'tools', tools: BOOKKEEPING.filter((tool) => !isRuledOn(tool, draft)) },
    },
    SOURCE,
  );
}

/** Whether a rule of the import denies or asks for a tool, so that nothing allows it as well. */
function isRuledOn(tool: string, draft: PolicyDraft): boolean {
  return draft
    .rules()
    .some(({ verdict, body }) => verdict !== 'allow' && body.family === 'tools' && body.tools.includes(tool));
}

type Custom = readonly [name: string, reason: string, run: readonly string[], unless: readonly string[]];

// Measured on 2.1.329: these run without a prompt in the default mode.
const CUSTOMS: readonly Custom[] = [
  [
    'client-looking',
    'Looking around.',
    [
      'ls',
      'pwd',
      'whoami',
      'id',
      'echo',
      'cat',
      'head',
      'tail',
      'grep',
      'find',
      'wc',
      'sort',
      'sed -n',
      'ps',
      'df',
      'du',
    ].concat(['jq', 'base64', 'tree', 'hostname', 'test', 'date', 'which', 'uname', 'cd']),
    [
      // The client knows the options that look, and asks for what lies outside of the working folder.
      '{ls,find,cd} <elsewhere>',
      '{ls,cat,head,tail,find,wc,sort,tree,du,sed,jq,base64,grep} <dynamic>',
      'find {-delete,-fprint,-fprint0,-fprintf,-fls,-files0-from}',
      'sort {-o,--output,--compress-program,--files0-from,--random-source}',
      'sed {-i,--in-place,-f,--file}',
      'jq {-f,--from-file,--rawfile,--slurpfile,-L}',
      'jq *input_filename*',
      'tree -o',
      'ps {-e,-o,-O,-x,--format}',
      'ps *e*',
      'test {-v,-t}',
      'pwd {-P,-L}',
      '{pwd,whoami,hostname} <any>',
      'date {-s,--set,-f,--file}',
      'date {0,1,2,3,4,5,6,7,8,9}*',
    ],
  ],
  [
    'client-git-looking',
    'Looking at the repository.',
    ['git {status,log,diff,show}'],
    [
      'git * {--output,--ext-diff,-O,--open-files-in-pager,--textconv,--exec-path,--exec}',
      'git {-c,--config-env,--exec-path}',
      // In front of the subcommand the client takes no option. `git log -p` and `git -p log` are one to a pattern.
      'git {-C,--git-dir,--work-tree,--namespace,--bare,--paginate,--no-pager,--no-replace-objects,--super-prefix}',
      'git * <dynamic>',
    ],
  ],
];

const BOOKKEEPING = [
  'Agent',
  'TodoWrite',
  'TodoRead',
  'TaskCreate',
  'TaskUpdate',
  'TaskList',
  'TaskGet',
  'TaskOutput',
].concat([
  'TaskStop',
  'BashOutput',
  'KillShell',
  'ExitPlanMode',
  'EnterPlanMode',
  'AskUserQuestion',
  'Skill',
  'ToolSearch',
]);
