import type { LintCode } from '../src/lint/index.ts';

/** A policy that a code is about, and one that only looks like it. */
export interface LintCase {
  readonly name: string;
  readonly code: LintCode;
  /** Documents; the first is the base. */
  readonly hit: readonly string[];
  /** Field that the finding is about. */
  readonly path: string;
  readonly message: RegExp;
  readonly near: readonly string[];
}

const HEAD = 'version: 1\nname: sample\n';

/** A base policy of a few lines. */
export const base = (text: string): string => `${HEAD}${text}`;

const rule = (family: string, verdict: string, fields: string): string =>
  base(`${family}:\n  ${verdict}:\n    - { id: test/one, ${fields}, reason: Because. }\n`);
const denied = (run: string): string => rule('commands', 'deny', `run: [${run}]`);
const allowed = (run: string): string => rule('commands', 'allow', `run: [${run}]`);
const paths = (access: string, list: string, verdict = 'deny'): string =>
  rule('files', verdict, `access: ${access}, paths: [${list}]`);
const two = (family: string, first: string, second: string): string =>
  base(
    `${family}:\n  ${first.replace('ID', 'id: test/one, reason: Because.')}\n  ${second.replace('ID', 'id: test/two, reason: Because.')}\n`,
  );
const exception = (owner: string): string =>
  `version: 1\nname: lift\nlayer: exception\nexception:\n  owner: ${owner}\n  reason: Needed.\n  ticket: T-1\n` +
  '  expires: 2026-12-01\n  lifts: [{ rule: test/one, run: [npm publish] }]\n';
const server = (fields: string): string =>
  base(
    `mcp:\n  servers:\n    docs: { ${fields} }\n  allow: [{ id: test/docs, server: docs, tools: [search], reason: Because. }]\n`,
  );
const archive = (fields: string): string =>
  base(`audit: { deliver: [{ name: a, to: s3, bucket: abc, region: us-east-1, ${fields} }] }\n`);
/** Of a machine in AWS, with one host if the text names none. */
const deployed = (text: string): string =>
  base(`shape: ec2\n${text.includes('egress:') ? '' : 'egress: { hosts: [{ host: pypi.org, reason: B. }] }\n'}${text}`);
const RUN = 'run[0]';

/** Credentials are put together here, so that none stands in a file. */
const key = (...parts: readonly string[]): string => parts.join('');
const AWS_KEY = key('AK', 'IA', 'QWERTYUIOPASDFGH');

export const LINT_CASES: readonly LintCase[] = [
  {
    name: "the colon form of the client's rules",
    code: 'lint/never-matches',
    hit: [denied("'git:push:--force'")],
    path: 'commands.deny[0].run[0]',
    message: /one word/,
    near: [denied("'git push --force'")],
  },
  {
    name: 'an operator as a word',
    code: 'lint/never-matches',
    hit: [denied("'cd && make'")],
    path: 'commands.deny[0].run[0]',
    message: /`&&` is no word/,
    near: [denied("'make -j'")],
  },
  {
    name: 'a word with quotes of its own',
    code: 'lint/never-matches',
    hit: [denied(`'git commit "-n"'`)],
    path: 'commands.deny[0].run[0]',
    message: /keeps its quotes/,
    near: [denied(`'git commit -n'`)],
  },
  {
    name: 'a tool that the client has no more',
    code: 'lint/never-matches',
    hit: [rule('tools', 'deny', 'tools: [Grep]')],
    path: 'tools.deny[0].tools[0]',
    message: /`Grep`/,
    near: [rule('tools', 'deny', 'tools: [Skill]')],
  },
  {
    name: 'a class that no host can be of',
    code: 'lint/never-matches',
    hit: [allowed("'curl <allowed-url>'")],
    path: 'commands.allow[0].run[0]',
    message: /allowed-url/,
    near: [
      `${allowed("'curl <allowed-url>'")}web:\n  allow: [{ id: test/web, hosts: [docs.example.com], reason: Because. }]\n`,
    ],
  },
  {
    name: 'a branch where the remote stands',
    code: 'lint/word-position',
    hit: [denied("'git push main'")],
    path: `commands.deny[0].${RUN}`,
    message: /`main` is looked for as the first operand only: `git push origin main` does not match/,
    near: [denied("'git push {main,main/*}'"), denied("'git push origin main'"), denied("'git checkout main'")],
  },
  {
    name: 'an assignment-like word without a star',
    code: 'lint/word-position',
    hit: [denied("'dd of=/dev/sda'")],
    path: `commands.deny[0].${RUN}`,
    message: /first operand/,
    near: [denied("'dd of=/dev/*'")],
  },
  {
    name: 'a path without a star',
    code: 'lint/word-position',
    hit: [denied("'cat /etc/shadow'")],
    path: `commands.deny[0].${RUN}`,
    message: /first operand/,
    near: [denied("'git config core.hooksPath'"), denied("'cat /etc/shadow*'")],
  },
  {
    name: 'an ask inside of a deny',
    code: 'lint/shadowed',
    hit: [
      two(
        'commands',
        'deny: [{ ID, run: [git push] }]'.replace('ID', 'ID'),
        "ask: [{ ID, run: ['git push --tags'] }]",
      ).replace(/reason: Because\., run/g, 'reason: Because., run'),
    ],
    path: 'commands.ask[0].run[0]',
    message: /is stronger and takes all of it; nothing of `test\/two` decides/,
    near: [two('commands', 'deny: [{ ID, run: [git push] }]', 'ask: [{ ID, run: [git fetch] }]')],
  },
  {
    name: 'a path inside of another of the same verdict',
    code: 'lint/shadowed',
    hit: [
      two(
        'files',
        "deny: [{ ID, access: write, paths: ['/etc/**'] }, { id: test/two, reason: B., access: write, paths: ['/etc/audit/**'] }]",
        'ask: []',
      ),
    ],
    path: 'files.deny[1].paths[0]',
    message: /says the same and more/,
    near: [paths('write', "'/etc/**', '/srv/audit/**'")],
  },
  {
    name: 'a command inside of another of the same rule',
    code: 'lint/shadowed',
    hit: [denied("'kill -1', 'kill -9 -1'")],
    path: 'commands.deny[0].run[1]',
    message: /`kill -1` of `test\/one` \(p0\.yaml:5\) says the same and more/,
    near: [denied("'kill -1', 'kill -9 1'")],
  },
  {
    name: 'a pattern that its own rule takes back',
    code: 'lint/shadowed',
    hit: [rule('commands', 'allow', "run: [npm publish, 'npm pack --json'], unless: [npm pack]")],
    path: 'commands.allow[0].run[1]',
    message: /the rule takes all of it back by `npm pack`/,
    near: [rule('commands', 'allow', "run: [npm publish, npm pack], unless: ['npm pack --json']")],
  },
  {
    name: 'an entry twice in one list',
    code: 'lint/duplicate-pattern',
    hit: [denied("sudo, su, 'sudo'")],
    path: 'commands.deny[0].run[2]',
    message: /stands in this list already, at place 1/,
    near: [denied('sudo, su, sudoedit')],
  },
  {
    name: 'an allow inside of a deny',
    code: 'lint/allow-swallowed',
    hit: [two('commands', 'deny: [{ ID, run: [npm] }]', 'allow: [{ ID, run: [npm test] }]')],
    path: 'commands.allow[0].run[0]',
    message: /never allowed: all of it is denied by `npm` of `test\/one` \(p0\.yaml:4\)/,
    near: [two('commands', 'deny: [{ ID, run: [npm publish] }]', 'allow: [{ ID, run: [npm test] }]')],
  },
  {
    name: 'an allow inside of an ask',
    code: 'lint/allow-swallowed',
    hit: [two('web', "ask: [{ ID, hosts: ['*.example.com'] }]", 'allow: [{ ID, hosts: [docs.example.com] }]')],
    path: 'web.allow[0].hosts[0]',
    message: /asked by/,
    near: [two('web', "ask: [{ ID, hosts: ['*.example.com'] }]", 'allow: [{ ID, hosts: [example.com] }]')],
  },
  {
    name: 'deleting by joined flags',
    code: 'lint/known-bypass',
    hit: [denied("'rm -rf'")],
    path: 'commands.deny[0].run[0]',
    message: /deleting a folder, but not by: `rm -fr \/srv\/x` \(ask\)/,
    near: [denied("'rm {-r,-R,--recursive}'")],
  },
  {
    name: 'joined flags of any program',
    code: 'lint/known-bypass',
    hit: [denied("'grep -rl x'")],
    path: 'commands.deny[0].run[0]',
    message: /`grep -r -l x` passes/,
    near: [denied("'grep -r -l x'"), denied("'find -delete'")],
  },
  {
    name: 'force by one flag only',
    code: 'lint/known-bypass',
    hit: [denied("'git push --force'")],
    path: 'commands.deny[0].run[0]',
    message: /pushing with force, but not by: `git push -f` \(ask\)/,
    near: [denied("'git push {-f,--force,--force-with-lease}', 'git push +*'"), denied('git push')],
  },
  {
    name: 'another program that is allowed',
    code: 'lint/known-bypass',
    hit: [two('commands', 'deny: [{ ID, run: [curl] }]', 'allow: [{ ID, run: [wget] }]')],
    path: 'commands.deny[0].run[0]',
    message: /`wget https:\/\/x\.example` \(allow\)/,
    near: [denied('curl')],
  },
  {
    name: 'another program that is asked about',
    code: 'lint/known-bypass',
    hit: [denied('curl')],
    path: 'commands.deny[0].run[0]',
    message: /^`test\/one` denies fetching from a host, but not by: `wget https:\/\/x\.example` \(ask\)/,
    near: [denied("'{curl,wget,aria2c,http,https,xh}'")],
  },
  {
    name: 'fetching by the other subcommand',
    code: 'lint/known-bypass',
    hit: [two('commands', "ask: [{ ID, run: ['git {fetch,pull}'] }]", 'allow: [{ ID, run: [git remote] }]')],
    path: 'commands.ask[0].run[0]',
    message: /`git remote update` \(allow\)/,
    near: [
      two(
        'commands',
        "ask: [{ ID, run: ['git {fetch,pull}', 'git remote {update,prune}'] }]",
        'allow: [{ ID, run: [git remote] }]',
      ),
    ],
  },
  {
    name: 'the environment file of one folder',
    code: 'lint/known-bypass',
    hit: [paths('read', './.env')],
    path: 'files.deny[0].paths[0]',
    message: /reading environment files/,
    near: [paths('read', "'**/.env', '**/.env.*'")],
  },
  {
    name: 'a path of the system below the workspace',
    code: 'lint/relative-path',
    hit: [paths('read', './etc/passwd')],
    path: 'files.deny[0].paths[0]',
    message: /in the workspace/,
    near: [paths('read', '/etc/passwd'), paths('read', "'**/etc/passwd'"), paths('read', './src/**')],
  },
  {
    name: 'a path of the project at the root',
    code: 'lint/relative-path',
    hit: [paths('write', "'/.github/workflows/**'")],
    path: 'files.deny[0].paths[0]',
    message: /at the root of the file system/,
    near: [paths('write', "'./.github/workflows/**'"), paths('write', "'/srv/app/src/**'")],
  },
  {
    name: 'a web rule for whatever bucket',
    code: 'lint/multi-tenant-host',
    hit: [rule('web', 'allow', "hosts: ['*.s3.amazonaws.com']")],
    path: 'web.allow[0].hosts[0]',
    message: /anybody can have a bucket/,
    near: [
      rule('web', 'allow', 'hosts: [our-bucket.s3.amazonaws.com]'),
      rule('web', 'deny', "hosts: ['*.s3.amazonaws.com']"),
    ],
  },
  {
    name: 'a registry of anybody on the way into AWS',
    code: 'lint/deployment-refuses',
    hit: [deployed('egress: { hosts: [{ host: pypi.org, reason: B. }, { host: registry.npmjs.org, reason: B. }] }\n')],
    path: 'egress.hosts[1].host',
    message: /`registry\.npmjs\.org` is shared by many parties: anybody can publish there/,
    near: [
      deployed('egress: { hosts: [{ host: pypi.org, reason: B. }] }\n'),
      deployed('egress: { hosts: [{ host: registry.npmjs.org, reason: B., accepted_risk: C. }] }\n'),
    ],
  },
  {
    name: 'a wildcard on the way into AWS, in the document that said it last',
    code: 'lint/deployment-refuses',
    hit: [
      deployed("egress: { hosts: [{ host: a.example.com, reason: B. }, { host: '*.example.net', reason: B. }] }\n"),
      "version: 1\nname: team\nlayer: team\negress: { hosts: [{ host: '*.EXAMPLE.net', reason: B. }] }\n",
    ],
    path: 'egress.hosts[0].host',
    message: /`\*\.example\.net` is a wildcard/,
    near: [deployed("egress: { hosts: [{ host: '*.example.net', reason: B., accepted_risk: C. }] }\n")],
  },
  {
    name: 'a bucket of anybody on the way into AWS, whatever is accepted',
    code: 'lint/deployment-refuses',
    hit: [deployed("egress: { hosts: [{ host: '*.s3.amazonaws.com', reason: B., accepted_risk: C. }] }\n")],
    path: 'egress.hosts[0].host',
    message: /every account of AWS/,
    near: [deployed('egress: { hosts: [{ host: our.s3.amazonaws.com, reason: B., accepted_risk: C. }] }\n')],
  },
  {
    name: 'a model of another vendor on the way into AWS',
    code: 'lint/deployment-refuses',
    hit: [deployed('models: { allow: [claude-opus-*, amazon.nova-*] }\n')],
    path: 'models.allow[1]',
    message: /`amazon\.nova-\*` could stand for a model of another vendor/,
    near: [deployed('models: { allow: [claude-opus-*] }\n')],
  },
  {
    name: 'Bedrock without a gateway on the way into AWS',
    code: 'lint/deployment-refuses',
    hit: [deployed('providers: { use: bedrock, bedrock: { region: eu-west-1 } }\n')],
    path: 'providers.bedrock',
    message: /where their role has no right/,
    near: [
      deployed(
        'providers: { use: bedrock, bedrock: { region: eu-west-1, upstream: https://gateway.example.com, upstream_auth: aws-identity } }\n',
      ),
    ],
  },
  {
    name: 'no host on the way into AWS',
    code: 'lint/deployment-refuses',
    hit: [base('shape: ec2\negress: { hosts: [] }\n')],
    path: 'egress.hosts',
    message: /no host is allowed/,
    near: [base('egress: { hosts: [] }\n')],
  },
  {
    name: 'a registry of anybody where nobody goes to AWS yet',
    code: 'lint/deployment-refuses',
    hit: [base('egress: { hosts: [{ host: registry.npmjs.org, reason: B. }] }\n')],
    path: 'egress.hosts',
    message: /is not built from this without `accepted_risk` beside `registry\.npmjs\.org`$/,
    near: [base('egress: { hosts: [{ host: pypi.org, reason: B. }] }\n')],
  },
  {
    name: 'a key of AWS in a comment',
    code: 'lint/secret-in-policy',
    hit: [base(`# ${AWS_KEY}\n`)],
    path: '',
    message: /looks like an AWS access key id/,
    near: [base(`# ${AWS_KEY.slice(0, 12)}\n`)],
  },
  {
    name: 'a token in a header',
    code: 'lint/secret-in-policy',
    hit: [server(`url: 'https://x.example.com/mcp', headers: { Authorization: 'Bearer ${key('q8Zt', 'Lw2p')}Qx91' }`)],
    path: 'mcp.servers.docs.headers.Authorization',
    message: /the name of this field/,
    near: [server("url: 'https://x.example.com/mcp', headers: { Authorization: 'Bearer ${DOCS_TOKEN}' }")],
  },
  {
    name: 'a random text in an environment',
    code: 'lint/secret-in-policy',
    hit: [server(`command: docs, env: { SEED: '${key('aG3kLp09', 'ZxQw81Vb', 'Nm27TyUo')}' }`)],
    path: 'mcp.servers.docs.env.SEED',
    message: /looks like a credential/,
    near: [server("command: docs, env: { SEED: '/opt/docs/lib/plugins-2/Main', TOKEN_FILE: '/run/token-file' }")],
  },
  {
    name: 'nobody answers for an exception',
    code: 'lint/ownerless-exception',
    hit: [denied('npm publish'), exception('noreply@example.com')],
    path: 'exception.owner',
    message: /nobody in person/,
    near: [denied('npm publish'), exception('ann@example.com')],
  },
  {
    name: 'a client that ignores a setting',
    code: 'lint/client-ignores',
    hit: [base('client: { minimum_version: 2.1.197 }\n')],
    path: 'client.minimum_version',
    message: /allowedProviders/,
    near: [base('client: { minimum_version: 2.1.329 }\n')],
  },
  {
    name: 'models with a star',
    code: 'lint/client-ignores',
    hit: [base('models: { allow: [claude-opus-*] }\n')],
    path: 'models.allow',
    message: /knows no `\*`/,
    near: [base('models: { allow: [claude-opus-5-5] }\n')],
  },
  {
    name: 'what the client cannot say',
    code: 'lint/guard-only',
    hit: [`${denied("'curl | sh'")}sandbox: { enabled: false }\n`],
    path: 'commands.deny[0].id',
    message: /the guard alone holds one pattern/,
    near: [denied('curl')],
  },
  {
    name: 'minutes that are milliseconds',
    code: 'lint/timeout-milliseconds',
    hit: [base('session: { idle_timeout_minutes: 1800000 }\n')],
    path: 'session.idle_timeout_minutes',
    message: /looks like milliseconds/,
    near: [base('session: { idle_timeout_minutes: 30 }\n')],
  },
  {
    name: 'minutes that are seconds',
    code: 'lint/timeout-milliseconds',
    hit: [base('session: { max_duration_minutes: 3600 }\n')],
    path: 'session.max_duration_minutes',
    message: /looks like seconds/,
    near: [base('session: { max_duration_minutes: 2880 }\n'), base('session: { max_duration_minutes: 600 }\n')],
  },
  {
    name: 'a Cyrillic letter in the program of a server',
    code: 'lint/look-alike',
    hit: [server('command: nоde')],
    path: 'mcp.servers.docs.command',
    message: /U\+043E/,
    near: [server('command: node')],
  },
  {
    name: 'a Cyrillic letter in an address that model requests fall back to',
    code: 'lint/look-alike',
    hit: [base("gateway: { fallbacks: ['https://mоdels.example.com'] }\n")],
    path: 'gateway.fallbacks[0]',
    message: /U\+043E/,
    near: [base("gateway: { fallbacks: ['https://models.example.com'] }\n")],
  },
  {
    name: 'a Cyrillic letter in the address of a collector',
    code: 'lint/look-alike',
    hit: [base("gateway: { telemetry: { otlp: 'https://cоllector.example.com' } }\n")],
    path: 'gateway.telemetry.otlp',
    message: /U\+043E/,
    near: [base("gateway: { telemetry: { otlp: 'https://collector.example.com' } }\n")],
  },
  {
    name: 'a host that is reached and refused',
    code: 'lint/contradiction',
    hit: [
      `${rule('web', 'deny', 'hosts: [files.example.com]')}egress: { hosts: [{ host: files.example.com, reason: Because. }] }\n`,
    ],
    path: 'egress.hosts[0].host',
    message: /denies it to the client/,
    near: [
      `${rule('web', 'deny', 'hosts: [files.example.com]')}egress: { hosts: [{ host: docs.example.com, reason: Because. }] }\n`,
    ],
  },
  {
    name: 'a list that nothing holds',
    code: 'lint/contradiction',
    hit: [base('sandbox: { enabled: false }\negress: { hosts: [{ host: docs.example.com, reason: Because. }] }\n')],
    path: 'sandbox.enabled',
    message: /the sandbox is off/,
    near: [base('egress: { hosts: [{ host: docs.example.com, reason: Because. }] }\n')],
  },
  {
    name: 'no model is left',
    code: 'lint/contradiction',
    hit: [base('models: { allow: [claude-opus-5-5], deny: [claude-*] }\n')],
    path: 'models.deny',
    message: /no session/,
    near: [base('models: { allow: [claude-opus-5-5], deny: [claude-haiku-*] }\n')],
  },
  {
    name: 'a server that no rule lets speak',
    code: 'lint/contradiction',
    hit: [base('mcp: { servers: { docs: { command: docs } } }\n')],
    path: 'mcp.servers.docs',
    message: /no rule lets a tool/,
    near: [server('command: docs')],
  },
  {
    name: 'every program',
    code: 'lint/broad-allow',
    hit: [allowed("'*'")],
    path: 'commands.allow[0].run[0]',
    message: /every program/,
    near: [allowed("'git *'"), allowed("'npm test'")],
  },
  {
    name: 'a shell',
    code: 'lint/broad-allow',
    hit: [allowed('bash')],
    path: 'commands.allow[0].run[0]',
    message: /runs any file of commands/,
    near: [denied('bash'), allowed('basename')],
  },
  {
    name: 'a pattern that lifts nothing of its rule',
    code: 'lint/lifts-nothing',
    hit: [rule('commands', 'deny', "run: [terraform destroy], unless: ['terraform destroy -target=<any>']")],
    path: 'commands.deny[0].unless[0]',
    message: /still denied by `test\/one`/,
    near: [rule('commands', 'deny', "run: [terraform destroy], unless: ['terraform destroy -target=module.old']")],
  },
  {
    name: 'a runner',
    code: 'lint/broad-allow',
    hit: [allowed('xargs')],
    path: 'commands.allow[0].run[0]',
    message: /runs other commands/,
    near: [allowed('command -v')],
  },
  {
    name: 'an interpreter',
    code: 'lint/broad-allow',
    hit: [allowed('python3')],
    path: 'commands.allow[0].run[0]',
    message: /any program file/,
    near: [allowed("'python3 -V'")],
  },
  {
    name: 'the whole home folder',
    code: 'lint/broad-allow',
    hit: [paths('read', "'~/**'", 'allow')],
    path: 'files.allow[0].paths[0]',
    message: /the whole home folder/,
    near: [paths('read', "'~/.cache/**'", 'allow'), paths('read', "'./**'", 'allow')],
  },
  {
    name: 'nothing keeps secrets',
    code: 'lint/missing-floor',
    hit: [base('defaults: { read_inside: allow }\n')],
    path: 'name',
    message: /nothing denies: read \/workspace\/\.env \(allow\)/,
    near: [
      base(
        "files:\n  deny:\n    - { id: test/floor, access: read, paths: ['**/.env', '~/.ssh/**', '~/.aws/**', '**/.netrc', '~/.kube/**', '**/*.key', /etc/shadow, '**/.git/hooks/**', '**/.bashrc', '**/.claude/**'], reason: Because. }\n",
      ),
    ],
  },
  {
    name: 'an archive that is required and lets go early',
    code: 'lint/short-retention',
    hit: [archive('required: true, object_lock: { mode: governance, days: 365 }')],
    path: 'audit.deliver[0].object_lock.days',
    message: /365 days, which is less than seven years/,
    near: [
      archive('object_lock: { mode: governance, days: 365 }'),
      archive('required: true, object_lock: { mode: governance, days: 2557 }'),
      archive('required: true'),
    ],
  },
  {
    name: 'a store that every host of a role writes into',
    code: 'lint/shared-store',
    hit: [
      deployed(
        "audit: { deliver: [{ name: a, to: s3, bucket: abc, region: us-east-1, prefix: 'x-{identity}/{log}' }] }\n",
      ),
    ],
    path: 'audit.deliver[0].prefix',
    message: /^machines that act in one role read and add to each other’s stores there$/,
    near: [
      deployed(
        "audit: { deliver: [{ name: a, to: s3, bucket: abc, region: us-east-1, prefix: 'logs/{identity}/{log}' }] }\n",
      ),
      deployed(
        "audit: { deliver: [{ name: a, to: s3, bucket: abc, region: us-east-1, endpoint: 'https://s3.example' }] }\n",
      ),
      deployed('audit: { deliver: [{ name: a, to: file, folder: /a }] }\n'),
      archive("prefix: 'logs/{log}'"),
    ],
  },
  {
    name: 'a store of a host’s own where the buckets of the modules take none',
    code: 'lint/shared-store',
    hit: [
      deployed(
        "audit: { deliver: [{ name: a, to: s3, bucket: abc, region: us-east-1, prefix: 'x/{identity}/{log}' }] }\n",
      ),
    ],
    path: 'audit.deliver[0].prefix',
    message: /^the buckets of the AWS modules take a machine’s store below `logs\/\{identity\}\/` alone$/,
    near: [
      deployed(
        "audit: { deliver: [{ name: a, to: s3, bucket: abc, region: us-east-1, prefix: 'logs/{identity}/x/{log}' }] }\n",
      ),
    ],
  },
  {
    name: 'proving again who one is, which nobody asks for',
    code: 'lint/not-held',
    hit: [base('session: { reauthenticate_for_sensitive_operations: true }\n')],
    path: 'session.reauthenticate_for_sensitive_operations',
    message: /^nothing holds this field in this version: nobody proves again who they are/,
    near: [base('session: { reauthenticate_for_sensitive_operations: false }\n')],
  },
  {
    name: 'records that are kept for less than the archive is for',
    code: 'lint/short-retention',
    hit: [base('audit: { retention_days: 90, deliver: [{ name: a, to: file, folder: /a, required: true }] }\n')],
    path: 'audit.retention_days',
    message: /90 days/,
    near: [base('audit: { retention_days: 90, deliver: [{ name: a, to: file, folder: /a }] }\n')],
  },
];
