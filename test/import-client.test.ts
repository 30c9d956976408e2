import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decide, ruleIndex } from '../src/decide/index.ts';
import { actionFrom } from '../src/guard/index.ts';
import { ruleTableOf } from '../src/policy/index.ts';
import { clientModel, ruleReading } from '../src/predict/index.ts';
import type { RuleList } from '../src/predict/index.ts';
import { HOME, WORKSPACE, importText } from './import-rig.ts';

// What the client refuses by itself, an import refuses; what the client does not let pass, an import does not allow. Else a
// warning names the rule.

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 700;

// Letters that mean different things to two programs are many: without `SLOW` the cases are the same each time.
const SEED = process.env['SLOW'] === '1' ? {} : { seed: 20 };

interface Call {
  readonly tool: string;
  readonly input: Readonly<Record<string, string>>;
}

interface Case {
  /** As it stands in the settings. */
  readonly rule: string;
  readonly calls: readonly Call[];
}

/** Calls that are decided worse under the imported policy than by the client, where no warning names the rule. */
function weakened(list: RuleList, { rule, calls }: Case): readonly string[] {
  const settings = { permissions: { [list]: [rule] } };
  const { policy, diagnostics } = importText(JSON.stringify(settings), 'settings.json', ruleReading);
  assert.ok(policy !== null, JSON.stringify(diagnostics));
  if (diagnostics.some(({ severity, path }) => severity === 'warning' && path.startsWith(`permissions.${list}[0]`)))
    return [];
  const index = ruleIndex(ruleTableOf(policy.parsed, 0));
  const model = clientModel(settings, { cwd: WORKSPACE, home: HOME });
  return calls.flatMap((call) => {
    const client = model.predict(call);
    const fields = { tool_name: call.tool, tool_input: call.input, cwd: WORKSPACE };
    const action = actionFrom({ fields } as unknown as Parameters<typeof actionFrom>[0]);
    const guard = decide(index, action, { workspace: WORKSPACE, homeDir: HOME });
    const isWorse =
      (client.verdict === 'deny' && client.rule !== null && guard.verdict !== 'deny') ||
      (client.verdict !== 'allow' && guard.verdict === 'allow');
    const shown = `${list} ${rule}: ${call.tool} ${JSON.stringify(call.input)}`;
    return isWorse ? [`${shown}: ${client.verdict} by the client, ${guard.verdict} by ${guard.ruleId}`] : [];
  });
}

const bash = (command: string): Call => ({ tool: 'Bash', input: { command } });

/** How the text between the parentheses of a rule stands in the settings, right and wrong. */
const written = (tool: string, content: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(`${tool}(${content})`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        `${tool}(${content}`,
        `${tool.toLowerCase()}(${content})`,
        ` ${tool}(${content}) `,
        `${tool} ${content}`,
        `${tool}()`,
        `${tool}( )`,
        `${tool}(:*)`,
        `${tool}(*`,
        `${tool}(`,
        tool.toUpperCase(),
      ),
    },
  );

const FILLERS = ['', 'x', ' x', 'x y', ' x --flag=z y', ' --flag=x ', ' -v=1 ', '/a/b', '.c -- d', ' "p q"'];
const filler = fc.constantFrom(...FILLERS);

/** Texts that a rule with stars takes by its letters. */
const instances = (text: string): fc.Arbitrary<readonly string[]> =>
  fc.array(
    fc.array(filler, { minLength: 6, maxLength: 6 }).map((fill) => {
      let at = 0;
      return text
        .replace(/:\*$/, ' *')
        .replaceAll(/(--(?:amend|hard|force|no-verify)|)\*+/g, (_, whole: string, place: number) => {
          const given = fill[at++ % fill.length] ?? '';
          // What options begin so is known to the import; others would be made up. Behind a slash stands another program.
          const isOther = whole === '' ? given.startsWith('/') && text[place - 1] !== ' ' : !/^[ =]/.test(given);
          return isOther ? whole : whole + given;
        });
    }),
    { minLength: 2, maxLength: 3 },
  );

const PROGRAMS = [
  'git',
  'npm',
  'rm',
  'docker',
  'curl',
  'psql',
  'frob',
  'kubectl',
  'chmod',
  'systemctl',
  'frob*',
  '*ob',
];
const STARTERS = ['sudo', 'xargs', 'nohup', 'FOO=1', './run.sh', '/usr/bin/frob', '*'];
const WORDS = [
  'push',
  'run',
  'test',
  'commit',
  'main',
  'a/b',
  './x',
  '/etc/x',
  '~/.ssh/id',
  'k=v',
  '777',
  'stop',
  'x:y',
]
  .concat(['-f', '-rf', '-n', '-m', '-v', '-R', '--force', '--hard', '--no-verify', '--cap-add=NET_RAW', '--x=y', '-'])
  .concat(['*', 'te*', '-f*', '-rf*', '--force*', '--amend*', '--zap*', '*x', 'a*b', '*.json', '/*', '-c*', '*--hard*'])
  .concat(['"a b"', "'DROP x'", "'DROP *", '$HOME/x', 'auditd', 'a\\ b', '>', '/etc/*', '*history*', '|', 'sh', '&&']);

/** An option right behind another may be its value, and is none then, whatever the letters say. */
function isPlainReading(text: string): boolean {
  return !/\s-\S*\s+-/.test(text);
}

/** @param before what may stand in front of a call on its line. */
const commandCase = (...before: readonly string[]): fc.Arbitrary<Case> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...PROGRAMS) },
        {
          weight: 1,
          arbitrary: fc
            .tuple(fc.constantFrom(...STARTERS), fc.constantFrom(...PROGRAMS))
            .map((words) => words.join(' ')),
        },
      ),
      fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }),
      fc.constantFrom('', ' *', ':*', '*'),
    )
    .map(([program, words, end]) => [program, ...words].join(' ') + end)
    .chain((content) =>
      fc
        .tuple(
          written('Bash', content),
          instances(content),
          fc.constantFrom('', ...before),
          fc.constantFrom('', ' | wc'),
        )
        .map(([rule, texts, front, behind]): Case => ({
          rule,
          calls: texts.filter(isPlainReading).map((text) => bash(front + text + behind)),
        })),
    );

const HEADS = ['', '/', '//', '~/', './', '**/', '*/'];
const NAMES = [
  '.ssh',
  '.env',
  'src',
  'a.json',
  '*.pem',
  'x?',
  '[ab]c',
  '.git',
  'etc',
  'var',
  'key*',
  '**',
  'my\\ file',
  'A',
];

const pathCase = fc
  .tuple(
    fc.constantFrom('Read', 'Edit', 'Write', 'NotebookEdit', 'MultiEdit'),
    fc.constantFrom(...HEADS),
    fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '', '/', '/**', '/*'),
    fc.constantFrom('', '/in/file.txt', '/one'),
  )
  .chain(([tool, head, names, end, below]) => {
    const content = head + names.join('/') + end;
    const path = (head + names.join('/')).replaceAll('\\', '').replaceAll('**', 'p/q').replaceAll('*', 'zz');
    const plain = path
      .replaceAll('?', 'q')
      .replaceAll('[ab]', 'a')
      .replace(/^\/\//, '\u0000')
      .replace(/^\//, '')
      .replace('\u0000', '/');
    const target = `${plain}${end.endsWith('*') ? '/w' : ''}${below}`.replace(/^~/, HOME);
    return written(tool, content).map((rule): Case => ({
      rule,
      calls: [
        { tool: 'Read', input: { file_path: target } },
        { tool: 'Edit', input: { file_path: target } },
        { tool: 'Write', input: { file_path: `/elsewhere/${target}` } },
        { tool: 'Read', input: { file_path: `sub/${target}` } },
        bash(`cut -c1 '${target}'`),
      ],
    }));
  });

const HOSTS = ['x.example', '*.x.example', 'X.example', 'localhost', '127.0.0.1', '*'];
const otherCase = fc
  .oneof(
    fc
      .constantFrom(...HOSTS)
      .chain((host) =>
        fc.constantFrom(`domain:${host}`, host, `https://${host}/*`).chain((text) => written('WebFetch', text)),
      ),
    fc.constantFrom(
      'mcp__shop',
      'mcp__shop__*',
      'mcp__shop__buy',
      'mcp__*',
      'mcp__shop__b*',
      'mcp__sh*',
      'WebSearch',
      'Agent',
      'Skill',
      'Task(Explore)',
      'Agent(model:opus)',
      'Skill(deploy:*)',
      'Read',
      'Edit',
      'Write',
      'Bash',
      'Read(*)',
      'Write(*)',
      'NotebookEdit',
      'WebFetch',
      '*',
    ),
  )
  .map((rule): Case => ({
    rule,
    calls: [
      ...['https://x.example/a', 'https://a.x.example', 'http://localhost:1', 'http://127.0.0.1/'].map((url) => ({
        tool: 'WebFetch',
        input: { url, prompt: 'x' },
      })),
      ...['mcp__shop__buy', 'mcp__shop__sell', 'mcp__other__x', 'WebSearch', 'Agent', 'Skill', 'Task'].map((tool) => ({
        tool,
        input: { model: 'opus', subagent_type: 'Explore', skill: 'deploy:x' },
      })),
      { tool: 'Read', input: { file_path: '/etc/motd' } },
      { tool: 'Write', input: { file_path: 'a' } },
      { tool: 'NotebookEdit', input: { notebook_path: 'a.ipynb' } },
      bash('frob x'),
    ],
  }));

for (const list of ['deny', 'ask', 'allow'] as const) {
  // For the client some lines of harmless commands ask; the guide names them.
  const before = list === 'allow' ? [] : ['cd sub && ', 'A=1 '];
  for (const [name, cases] of [
    ['a command', commandCase(...before)],
    ['a path', pathCase],
    ['a host or a tool', otherCase],
  ] as const)
    test(`a rule on ${name} that the client takes in \`${list}\` is not given up unsaid`, () => {
      fc.assert(
        fc.property(cases, (one) => assert.deepEqual(weakened(list, one), [])),
        { numRuns: RUNS, ...SEED },
      );
    });
}
