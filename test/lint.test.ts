import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { ruleIndex } from '../src/decide/index.ts';
import { BYPASS_FAMILIES } from '../src/lint/bypass-families.ts';
import { LINT_CODES, findingTexts, fixedDocuments, lintPolicy, sarifLog } from '../src/lint/index.ts';
import type { LintFinding } from '../src/lint/index.ts';
import { probeText, probed } from '../src/lint/probe.ts';
import { READING_TITLES } from '../src/lint/reading-titles.ts';
import { textDiff } from '../src/lint/text-diff.ts';
import { parsePolicy, ruleTableOf } from '../src/policy/index.ts';
import { LINT_CASES, base } from './lint-cases.ts';

const NOW_MS = Date.UTC(2026, 9, 15);
const sources = (texts: readonly string[]) =>
  texts.map((text, index) => ({ file: `p${index}.yaml`, bytes: Buffer.from(text) }));
const lint = (...texts: readonly string[]): readonly LintFinding[] => lintPolicy(sources(texts), NOW_MS).findings;
const brief = (findings: readonly LintFinding[]): readonly string[] =>
  findings.map(({ severity, code, path, message }) => `${severity} ${code} ${path}: ${message}`);

for (const { name, code, hit, path, message, near } of LINT_CASES) {
  test(`${code}: ${name}`, () => {
    const all = lint(...hit);
    const found = all.find((one) => one.code === code && one.path === path && message.test(one.message));
    assert.ok(found !== undefined, brief(all).join('\n'));
    assert.ok(found.endLine > found.line || found.endColumn > found.column, 'the span is empty');
    const nearSources = code === 'lint/ownerless-exception' ? [near] : near.map((text) => [text]);
    for (const texts of nearSources) {
      const report = lintPolicy(sources(texts), NOW_MS);
      assert.ok(report.policy !== null, `the near miss is no policy: ${brief(report.findings).join('\n')}`);
      const missed = report.findings.filter((one) => one.code === code && message.test(one.message));
      assert.deepEqual(brief(missed), []);
    }
  });
}

test('each code has a case that hits it', () => {
  const hit = new Set<string>(LINT_CASES.map(({ code }) => code));
  const missing = Object.keys(LINT_CODES).filter((code) => !hit.has(code) && code !== 'lint/not-analysed');
  assert.deepEqual(missing, []);
});

test('a span is the text of the value, quotes and all', () => {
  const text = base("commands:\n  deny:\n    - id: test/one\n      run: ['git:push']\n      reason: Because.\n");
  const [found] = lint(text).filter(({ code }) => code === 'lint/never-matches');
  assert.ok(found);
  const line = text.split('\n')[found.line - 1] ?? '';
  assert.equal(line.slice(found.column - 1, found.endColumn - 1), "'git:push'");
});

for (const { name, text, code } of [
  { name: 'a field given twice', text: base('name: other\n'), code: 'policy/duplicate-field' },
  {
    name: 'a look-alike in a rule',
    text: base('commands: { deny: [{ id: a/b, run: [сurl], reason: B. }] }\n'),
    code: 'policy/look-alike',
  },
  {
    name: 'a shared host of commands',
    text: base("egress: { hosts: [{ host: '*.github.io', reason: B. }] }\n"),
    code: 'policy/multi-tenant-host',
  },
  { name: 'no YAML at all', text: 'a: ]\n', code: 'policy/yaml-syntax' },
]) {
  test(`what reading finds keeps its code: ${name}`, () => {
    const found = lint(text).find((one) => one.code === code);
    assert.ok(found, brief(lint(text)).join('\n'));
    assert.equal(found.severity, 'error');
    assert.ok(found.endColumn > found.column);
  });
}

/** Text of a policy, as hostile as a text can be. */
for (const { name, bytes, code } of [
  { name: 'ten megabytes', bytes: Buffer.alloc(10_000_000, 'a: b\n'), code: 'policy/too-large' },
  { name: 'ten megabytes of one line', bytes: Buffer.alloc(10_000_000, '['), code: 'policy/too-large' },
  { name: 'no UTF-8', bytes: Buffer.from([0x76, 0xff, 0xfe, 0x0a]), code: 'policy/not-utf8' },
  { name: 'UTF-16', bytes: Buffer.from('\uFEFFversion: 1\n', 'utf16le'), code: 'policy/not-utf8' },
  { name: 'no byte at all', bytes: Buffer.alloc(0), code: 'policy/not-a-mapping' },
  { name: 'zeros', bytes: Buffer.alloc(1_000), code: 'policy/hidden-character' },
  { name: 'tabs as indent', bytes: Buffer.from(base('commands:\n\tdeny: []\n')), code: 'policy/yaml-syntax' },
  { name: 'a field given twice', bytes: Buffer.from(base('name: b\n')), code: 'policy/duplicate-field' },
  { name: 'ten thousand lists in each other', bytes: Buffer.from(`a: ${'['.repeat(10_000)}`), code: 'policy/too-deep' },
  {
    name: 'ten thousand closed lists in each other',
    bytes: Buffer.from(`a: ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`),
    code: 'policy/too-deep',
  },
  {
    name: 'a bomb of aliases',
    bytes: Buffer.from(
      `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]\n`).join('')}`,
    ),
    code: 'policy/yaml-feature',
  },
  { name: 'an anchor in itself', bytes: Buffer.from(base('x: &x [*x]\n')), code: 'policy/yaml-feature' },
  { name: 'a merge key', bytes: Buffer.from(base('commands: { <<: {} }\n')), code: 'policy/unknown-field' },
  { name: 'a tag of a program', bytes: Buffer.from(base('x: !!js/function "f"\n')), code: 'policy/yaml-feature' },
  { name: 'a text that turns around', bytes: Buffer.from(base('x: "\u202e"\n')), code: 'policy/hidden-character' },
  { name: 'a field of every object', bytes: Buffer.from(base('__proto__: { a: 1 }\n')), code: 'policy/field-name' },
]) {
  test(`hostile text is told with its place: ${name}`, () => {
    const before = process.cpuUsage();
    const report = lintPolicy([{ file: 'p.yaml', bytes }], NOW_MS);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 3_000_000, `${Math.round((user + system) / 1000)} ms of processor time`);
    const found = report.findings.find((one) => one.code === code);
    assert.ok(found, brief(report.findings).join('\n'));
    assert.ok(found.severity === 'error' && found.line >= 1 && found.column >= 1);
    assert.equal(report.policy, null);
    for (const text of findingTexts(report.findings, () => bytes.toString('utf8'))) {
      assert.ok(text.length < 3_000);
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u202e]/);
    }
    assert.deepEqual(fixedDocuments([{ file: 'p.yaml', bytes }], report.findings, NOW_MS), []);
  });
}

test('a byte order mark is no part of the first line', () => {
  const found = lint(`\uFEFF${base("commands: { deny: [{ id: a/b, run: ['git:push'], reason: B. }] }\n")}`).find(
    ({ code }) => code === 'lint/never-matches',
  );
  assert.deepEqual([found?.line, found?.column, found?.endColumn], [3, 37, 47]);
});

test('what a hint calls wider takes the spelling that it was given for', () => {
  for (const { about, spellings } of BYPASS_FAMILIES) {
    for (const { probe, wider } of spellings) {
      const rule = { id: 'a/b', reason: 'B.' };
      const fields =
        probe.kind === 'command'
          ? { commands: { deny: [{ ...rule, run: [wider] }] } }
          : probe.kind === 'fetch'
            ? { web: { deny: [{ ...rule, hosts: [wider] }] } }
            : { files: { deny: [{ ...rule, access: probe.kind, paths: [wider] }] } };
      const result = parsePolicy(JSON.stringify({ version: 1, name: 'sample', ...fields }));
      assert.ok(result.ok, `${about}: ${wider}`);
      const { verdict, ruleId } = probed(ruleIndex(ruleTableOf(result.policy)), probe);
      assert.equal(`${verdict} ${ruleId}`, 'deny a/b', `${about}: ${wider}: ${probeText(probe)}`);
    }
  }
});

test('a pattern that gives its reason, or that the client or its sandbox needs, is not called idle', () => {
  const one = (fields: string): string =>
    base(
      `files:\n  deny:\n    - { id: a/a, access: read, paths: ['**/secrets/**', '**/.env'], reason: B. }\n    - { id: a/b, access: read, paths: ['**/*.pem', ${fields}], reason: B. }\n`,
    );
  const idle = (text: string): readonly string[] =>
    lint(text).flatMap(({ code, path, severity }) => (code === 'lint/shadowed' ? [`${severity} ${path}`] : []));
  assert.deepEqual(idle(one("'/run/secrets/**'")), [], 'the sandbox finds the other pattern below the workspace only');
  assert.deepEqual(idle(`${one("'/run/secrets/**'")}sandbox: { enabled: false }\n`), ['note files.deny[1].paths[1]']);
  assert.deepEqual(idle(one("'**/secrets/x.txt'")), ['note files.deny[1].paths[1]'], 'the first of two rules is named');
  const etc = (first: string, second: string): string =>
    base(
      `files:\n  deny:\n    - { id: ${first}, access: write, paths: ['/etc/audit/**', '/var/log/**'], reason: B. }\n    - { id: ${second}, access: write, paths: ['/etc/**'], reason: B. }\n`,
    );
  assert.deepEqual(idle(etc('a/a', 'a/b')), [], 'it gives its own reason');
});

test('the shipped policy has no pattern that decides nothing', () => {
  const text = readFileSync(new URL('../policies/default.yaml', import.meta.url), 'utf8');
  assert.deepEqual(brief(lint(text).filter(({ code }) => code === 'lint/shadowed')), []);
  assert.ok(!lint(text).some(({ code }) => code === 'lint/not-analysed'));
});

test('an exception that has ended, and one without an owner, are said', () => {
  const one = base('commands: { deny: [{ id: a/b, run: [npm publish], reason: B. }] }\n');
  const lift = (owner: string, expires: string): string =>
    `version: 1\nname: lift\nlayer: exception\nexception:\n${owner}  reason: R.\n  ticket: T-1\n  expires: ${expires}\n  lifts: [{ rule: a/b, run: [npm publish] }]\n`;
  assert.ok(
    lint(one, lift('  owner: a@example.com\n', '2026-01-01')).some(({ code }) => code === 'policy/exception-expired'),
  );
  const ownerless = lint(one, lift('', '2026-12-01'));
  assert.ok(ownerless.some(({ code, message }) => code === 'policy/missing-field' && message.includes('owner')));
});

test('the default policy has no error and no warning', () => {
  const text = readFileSync(new URL('../policies/default.yaml', import.meta.url), 'utf8');
  assert.deepEqual(brief(lint(text).filter(({ severity }) => severity !== 'note')), []);
});

test('a credential is in no finding, no text and no log, whatever else stands on its line', () => {
  const secret = ['sk', '-ant-', 'api03-', 'Zq8Lw2pQx91Vb7Nm'].join('');
  const text = base(`mcp: { servers: { docs: { command: docs, env: { X: ${secret} } } } }\nnmae: ${secret}\n`);
  const findings = lint(text);
  assert.ok(findings.filter(({ code }) => code === 'lint/secret-in-policy').length >= 2);
  const shown = [
    ...findingTexts(findings, () => text),
    JSON.stringify(findings),
    JSON.stringify(sarifLog(findings, { version: '1', uriOf: String })),
  ];
  for (const each of shown) assert.ok(!each.includes(secret));
});

test('a fix takes a repeated entry and leaves every other byte', () => {
  const before =
    '\uFEFF# top\r\nversion: 1\r\nname: sample # the name\r\ncommands:\r\n  deny:\r\n    - id: a/b\r\n      run:\r\n        - sudo # why\r\n        - su\r\n        - "sudo"\r\n        - doas\r\n      reason: B.\r\n    - { id: a/c, run: [nc, "x y",  nc , \'nc\', z], reason: B. }\r\n';
  const after = before
    .replace('        - "sudo"\r\n', '')
    .replace("  nc , 'nc'", '')
    .replace('"x y",,', '"x y",')
    .replace('"x y", z', '"x y", z');
  const at = sources([before]);
  const [fixed, ...rest] = fixedDocuments(at, lintPolicy(at, NOW_MS).findings, NOW_MS);
  assert.deepEqual(rest, []);
  assert.equal(fixed?.count, 3);
  assert.equal(fixed?.after, after);
  const again = sources([fixed?.after ?? '']);
  assert.deepEqual(fixedDocuments(again, lintPolicy(again, NOW_MS).findings, NOW_MS), []);
});

test('a repeated entry with a comment of its own is left to a person', () => {
  const [found] = lint(
    base('commands:\n  deny:\n    - id: a/b\n      run:\n        - su\n        - su # for people\n      reason: B.\n'),
  ).filter(({ code }) => code === 'lint/duplicate-pattern');
  assert.equal(found?.fix, null);
  assert.match(found?.hint ?? '', /take one of the two out/);
});

test('a diff shows what is taken out with what stands around it', () => {
  assert.equal(textDiff('p', 'a\nb\nc\nd\ne\n', 'a\nb\nd\ne\n'), '--- p\n+++ p\n@@ -1,5 +1,4 @@\n a\n b\n-c\n d\n e\n');
  assert.equal(textDiff('p', 'a\n', 'a\n'), '');
  const near = textDiff('p', 'a\nb\nc\nd\n', 'a\nc\nd2\n');
  assert.equal(near, '--- p\n+++ p\n@@ -1,5 +1,4 @@\n a\n-b\n c\n-d\n+d2\n \n', 'near changes are one hunk');
  assert.equal(
    textDiff('p', 'a\nb\n', 'b\n', new Set(['a'])),
    '--- p\n+++ p\n@@ -1,3 +1,2 @@\n-(a line with a credential)\n b\n \n',
  );
});

test('a SARIF log has what the format requires', () => {
  const findings = LINT_CASES.flatMap(({ hit }) => lint(...hit)).slice(0, 200);
  const log = JSON.parse(JSON.stringify(sarifLog(findings, { version: '1.2.3', uriOf: (file) => `policies/${file}` })));
  assert.equal(log.version, '2.1.0');
  assert.match(log.$schema, /^https:\/\/.*sarif.*2\.1\.0.*\.json$/);
  const [run] = log.runs;
  assert.equal(log.runs.length, 1);
  const { name, rules } = run.tool.driver;
  assert.equal(name, 'Sallyport');
  const ids = rules.map(({ id }: { id: string }) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
  assert.deepEqual(ids, [...Object.keys(READING_TITLES), ...Object.keys(LINT_CODES)]);
  for (const rule of rules) {
    assert.ok(rule.shortDescription.text.endsWith('.') && rule.help.text !== '');
    assert.ok(['error', 'warning', 'note'].includes(rule.defaultConfiguration.level));
  }
  assert.equal(run.results.length, findings.length);
  for (const { ruleId, ruleIndex, level, message, locations } of run.results) {
    assert.equal(rules[ruleIndex].id, ruleId);
    assert.ok(['error', 'warning', 'note'].includes(level));
    assert.ok(typeof message.text === 'string' && message.text !== '');
    const { artifactLocation, region } = locations[0].physicalLocation;
    assert.equal(new URL(artifactLocation.uri, 'file:///x/').protocol, 'file:');
    assert.ok(region.startLine >= 1 && region.startColumn >= 1 && region.endLine >= region.startLine);
    if (region.endLine === region.startLine) assert.ok(region.endColumn >= region.startColumn);
  }
});

test('docs/lint.md has a section for each code, and no other', () => {
  const text = readFileSync(new URL('../docs/lint.md', import.meta.url), 'utf8');
  const sections = [...text.matchAll(/^### `?(lint\/[a-z-]+)`?$/gm)].map(([, code]) => code);
  assert.deepEqual(new Set(sections), new Set(Object.keys(LINT_CODES)));
  const reading = [...text.matchAll(/^\| `(policy\/[a-z0-9-]+)`/gm)].map(([, code]) => code);
  assert.deepEqual(new Set(reading), new Set(Object.keys(READING_TITLES)));
});

const RUNS = process.env['SLOW'] === undefined ? 60 : 2_000;
const word = fc.constantFrom(
  'git',
  'push',
  'rm',
  '-rf',
  '--force',
  '<outside>',
  '{a,b}',
  '*',
  'curl',
  '|',
  'sh',
  '&&',
  'x:y',
  '/etc',
  '$HOME',
  '<any>',
  'main',
  '""',
  '-',
);
const pattern = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
const path = fc.constantFrom(
  '**/.env',
  '/src/**',
  './etc/x',
  '~/**',
  '/**',
  '~/.ssh',
  '/etc/**',
  './~/x',
  '**/*.{a,b}',
);
const host = fc.constantFrom('*', 'a.example', '*.s3.amazonaws.com', '169.254.169.254', 'fd00:ec2::254', 'localhost');

test('no text makes the lint throw', () => {
  const pieces = fc.array(
    fc.constantFrom(
      'version: 1\n',
      'name: a\n',
      'commands:\n',
      '  deny:\n',
      '    - ',
      'id: a/b',
      '{ ',
      ' }',
      '[',
      ']',
      ': ',
      '\n',
      '"',
      "'",
      '#',
      'mcp: ',
      'session: {max_duration_minutes: 3600}\n',
      '\t',
      '\uFEFF',
      '\u0000',
      'о',
      '---\n',
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        pieces.map((parts) => parts.join('')),
        fc.string(),
        fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
      ),
      (text) => {
        const findings = lint(text);
        findingTexts(findings, () => text);
      },
    ),
    { numRuns: RUNS * 5 },
  );
});

test('no policy that can be read makes the lint throw, and each finding has a place in it', () => {
  const verdict = fc.constantFrom('deny', 'ask', 'allow');
  const policy = fc.record({
    commands: fc.array(
      fc.record({
        verdict,
        run: fc.array(pattern, { minLength: 1, maxLength: 3 }),
        unless: fc.array(pattern, { maxLength: 1 }),
      }),
      { maxLength: 4 },
    ),
    files: fc.array(
      fc.record({
        verdict,
        access: fc.constantFrom('read', 'write'),
        paths: fc.array(path, { minLength: 1, maxLength: 3 }),
      }),
      { maxLength: 4 },
    ),
    web: fc.array(fc.record({ verdict, hosts: fc.array(host, { minLength: 1, maxLength: 2 }) }), { maxLength: 3 }),
    version: fc.constantFrom('2.1.100', '2.1.197', '2.1.329', '3.0.0'),
  });
  let readable = 0;
  fc.assert(
    fc.property(policy, ({ commands, files, web, version }) => {
      const lists = (family: string, rules: readonly { readonly verdict: string }[]) =>
        Object.fromEntries(
          ['deny', 'ask', 'allow'].map((one) => [
            one,
            rules.flatMap(({ verdict: said, ...rest }, index) =>
              said === one ? [{ id: `${family}/r${index}`, reason: 'B.', ...rest }] : [],
            ),
          ]),
        );
      const text = JSON.stringify(
        {
          version: 1,
          name: 'fuzz',
          client: { minimum_version: version },
          commands: lists('commands', commands),
          files: lists('files', files),
          web: lists('web', web),
        },
        null,
        1,
      );
      const report = lintPolicy(sources([text]), NOW_MS);
      if (report.policy !== null) readable += 1;
      const lines = text.split('\n');
      for (const one of report.findings) {
        assert.ok(one.line >= 1 && one.endLine <= lines.length && one.column - 1 <= (lines[one.line - 1] ?? '').length);
        assert.ok(!one.message.includes('\n') && !one.message.endsWith('.'), one.message);
      }
      const fixed = fixedDocuments(sources([text]), report.findings, NOW_MS);
      for (const { after } of fixed) assert.ok(lintPolicy(sources([after]), NOW_MS).policy !== null);
    }),
    { numRuns: RUNS },
  );
  assert.ok(readable > 0);
});

test('five thousand rules are looked at in seconds', () => {
  const rules = (count: number, one: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => `    - { ${one(at)}, reason: B. }\n`).join('');
  const text = base(
    `commands:\n  deny:\n${rules(1500, (at) => `id: d/r${at}, run: ['prog${at % 700} sub${at % 40} -xf${at % 9}']`)}` +
      `  allow:\n${rules(1500, (at) => `id: a/r${at}, run: ['prog${at % 700} sub${at % 40}']`)}` +
      `files:\n  deny:\n${rules(2000, (at) => `id: f/r${at}, access: read, paths: ['**/dir${at}/*.x${at % 50}']`)}`,
  );
  const before = process.cpuUsage();
  const report = lintPolicy(sources([text]), NOW_MS);
  const { user, system } = process.cpuUsage(before);
  assert.notEqual(report.policy, null);
  assert.ok(report.findings.some(({ code }) => code === 'lint/not-analysed'));
  assert.ok(user + system < 5_000_000, `${Math.round((user + system) / 1000)} ms of processor time`);
});
