import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_AUDIT_RULES } from '../core/audit-rules.ts';
import { parseLayers } from './parse-layers.ts';
import { parsePolicy } from './parse-policy.ts';
import { saidOf } from './said-of.ts';

const HEAD = 'version: 1\nname: x\n';

for (const { name, text } of [
  { name: 'a policy without the section', text: HEAD },
  { name: 'an empty section', text: `${HEAD}audit: {}\n` },
  { name: 'a section of empty parts', text: `${HEAD}audit: {backlog: {}, deliver: [], witnesses: [], anchors: []}\n` },
])
  test(`${name} delivers nothing and keeps what it kept`, () => {
    const result = parsePolicy(text);
    assert.ok(result.ok);
    assert.deepEqual(result.policy.audit, DEFAULT_AUDIT_RULES);
  });

for (const { name, audit, want } of [
  {
    name: 'compliance that nobody acknowledged',
    audit: '{deliver: [{name: a, to: s3, bucket: abc, region: us-east-1, object_lock: {mode: compliance, days: 1}}]}',
    want:
      '3:89: error: objects under `compliance` cannot be deleted by anyone before their days are over, nor can the days be made fewer [policy/contradiction]\n' +
      '  hint: write `acknowledged: true` beside it once whoever pays for the bucket agrees, or take `governance`',
  },
  {
    name: 'a lock without days',
    audit: '{deliver: [{name: a, to: s3, bucket: abc, region: us-east-1, object_lock: {mode: governance}}]}',
    want:
      '3:82: error: `object_lock` does not say for how many `days` objects are kept [policy/missing-field]\n' +
      '  hint: seven years are 2557',
  },
  {
    name: 'two sinks of one name',
    audit: '{deliver: [{name: a, to: file, folder: /a}, {name: a, to: file, folder: /b}]}',
    want: '3:59: error: `a` is given twice [policy/contradiction]',
  },
  {
    name: 'fields of another kind of sink, and fields that are missing',
    audit: '{deliver: [{name: a, to: splunk, bucket: abc, url: "https://s.example"}]}',
    want:
      '3:19: error: `splunk` needs `token_env` [policy/missing-field]\n' +
      '3:49: error: `splunk` has no `bucket` [policy/contradiction]',
  },
  {
    name: 'a token in the clear, which there is no field for',
    audit: '{deliver: [{name: a, to: otlp, url: "https://o.example", token: abc}]}',
    want: '3:65: error: `token` is no field of `audit.deliver[0]` [policy/unknown-field]',
  },
  {
    name: 'addresses that tokens and records cannot go to',
    audit:
      '{deliver: [{name: a, to: otlp, url: "http://o.example"}, {name: b, to: otlp, url: "https://u:p@o.example"}], ' +
      'witnesses: [{name: w, url: "http://w.example", key: "w+00000000+AAAA"}]}',
    want:
      '3:44: error: `http` is for this machine only; credentials would travel in the clear [policy/wrong-form]\n' +
      '3:90: error: the URL names a user [policy/wrong-form]\n' +
      '3:144: error: `http` is for this machine only; credentials would travel in the clear [policy/wrong-form]',
  },
  {
    name: 'the key of the model service as a token',
    audit: '{deliver: [{name: a, to: otlp, url: "https://o.example", token_env: ANTHROPIC_API_KEY}]}',
    want:
      '3:76: error: this variable holds a key of models or of Sallyport, which no sink is given [policy/wrong-form]\n' +
      '  hint: name the variable of its own token',
  },
  {
    name: 'a store of some records, in another form',
    audit: '{deliver: [{name: a, to: file, folder: /a, form: ocsf, kinds: [decision]}]}',
    want:
      '3:57: error: a store holds the exact lines of the log, or nobody could verify it [policy/contradiction]\n' +
      '  hint: add a sink of another kind for this, and leave it out here\n' +
      '3:70: error: a store holds every record, or nobody could verify it [policy/contradiction]\n' +
      '  hint: add a sink of another kind for this, and leave it out here',
  },
  {
    name: 'prefixes that lead elsewhere',
    audit:
      '{deliver: [{name: a, to: s3, bucket: abc, region: us-east-1, prefix: ../x}, ' +
      '{name: b, to: s3, bucket: abc, region: us-east-1, prefix: "x/{other}"}]}',
    want:
      '3:77: error: a prefix is letters, digits, `.`, `_`, `=`, `-`, `{host}`, `{log}` and `{identity}` between single slashes, without one at the end [policy/wrong-form]\n' +
      '3:142: error: a prefix is letters, digits, `.`, `_`, `=`, `-`, `{host}`, `{log}` and `{identity}` between single slashes, without one at the end [policy/wrong-form]',
  },
  {
    name: 'identities where none is asked for',
    audit:
      '{deliver: [{name: a, to: file, folder: "/srv/{identity}"}' +
      '], anchors: [{name: c, to: s3, bucket: abc, region: us-east-1, prefix: "{identity}"}]}',
    want:
      '3:47: error: only `{host}` and `{log}` stand in braces here [policy/wrong-form]\n' +
      '3:136: error: `{identity}` stands for nothing here: checkpoints of a host lie where they lay, whoever its credentials are ' +
      '[policy/wrong-form]\n  hint: write `{host}` or `{log}`',
  },
  {
    name: 'an alarm that comes after the refusal',
    audit: '{backlog: {alarm_seconds: 100, deny_seconds: 50}}',
    want:
      '3:34: error: calls are refused before it is told that a sink is behind [policy/contradiction]\n' +
      '  hint: write an `alarm_seconds` of at most 50',
  },
  {
    name: 'a remote that would be an option of git',
    audit: '{anchors: [{name: a, to: git, remote: "--upload-pack=x"}]}',
    want: '3:46: error: a remote is one address or path, and does not start with `-` [policy/wrong-form]',
  },
  {
    name: 'a remote with a token in its address',
    audit: '{anchors: [{name: a, to: git, remote: "https://token@git.example/x.git"}]}',
    want:
      '3:46: error: the address names a user, and with it perhaps a secret that everybody sees who sees the policy ' +
      '[policy/wrong-form]\n  hint: reach the repository by `ssh`, with a key of the daemon’s user',
  },
  {
    name: 'a witness without a verifier key',
    audit: '{witnesses: [{name: w, url: "https://w.example", key: abc}]}',
    want: '3:62: error: a verifier key is NAME+HASH+KEY on one line [policy/wrong-form]',
  },
])
  test(`what is said about ${name}`, () => assert.equal(saidOf(`${HEAD}audit: ${audit}\n`), want));

/** The base names one sink that is not required, and one that is. */
const BASE = `version: 1
name: base
audit:
  heartbeat_seconds: 20
  backlog: { deny_records: 100000 }
  deliver:
    - { name: free, to: file, folder: /free }
    - { name: held, to: file, folder: /held, required: true }
`;

for (const { name, audit, want } of [
  { name: 'adds a sink', audit: '{deliver: [{name: new, to: file, folder: /new}]}', want: 'free, held*, new' },
  {
    name: 'makes a sink required',
    audit: '{deliver: [{name: free, to: file, folder: /free, required: true}]}',
    want: 'free*, held*',
  },
  {
    name: 'repeats a sink and leaves `required` out',
    audit: '{deliver: [{name: held, to: file, folder: /held}]}',
    want: 'free, held*',
  },
  {
    name: 'lifts a requirement',
    audit: '{deliver: [{name: held, to: file, folder: /held, required: false}]}',
    want: 'error: t.yaml:4:67: t.yaml:4 widens base.yaml:6: `held` is required there',
  },
  {
    name: 'sends a sink elsewhere',
    audit: '{deliver: [{name: held, to: file, folder: /other, required: true}]}',
    want: 'error: t.yaml:4:19: t.yaml:4 widens base.yaml:6: `held` is another one there',
  },
  {
    name: 'beats more slowly',
    audit: '{heartbeat_seconds: 30}',
    want: 'error: t.yaml:4:28: t.yaml:4 widens base.yaml:4: `audit.heartbeat_seconds` is `30` here and `20` there',
  },
  {
    name: 'allows a longer backlog',
    audit: '{backlog: {deny_records: 100001}}',
    want: 'error: t.yaml:4:33: t.yaml:4 widens base.yaml:5: `audit.backlog.deny_records` is `100001` here and `100000` there',
  },
])
  test(`a layer that ${name} gives: ${want}`, () => {
    const layer = `version: 1\nname: t\nlayer: team\naudit: ${audit}\n`;
    const result = parseLayers(
      [
        { file: 'base.yaml', bytes: Buffer.from(BASE) },
        { file: 't.yaml', bytes: Buffer.from(layer) },
      ],
      0,
    );
    const said = result.ok
      ? result.policy.audit.deliver.map((sink) => `${sink.name}${sink.required ? '*' : ''}`).join(', ')
      : result.diagnostics
          .map((one) => `${one.severity}: ${one.file}:${one.line}:${one.column}: ${one.message}`)
          .join('\n');
    assert.equal(said, want);
  });

test('two layers that give one name to two sinks are told so', () => {
  const layer = (name: string, folder: string) => ({
    file: `${name}.yaml`,
    bytes: Buffer.from(
      `version: 1\nname: ${name}\nlayer: team\naudit: {deliver: [{name: s, to: file, folder: ${folder}}]}\n`,
    ),
  });
  const base = { file: 'base.yaml', bytes: Buffer.from(BASE) };
  const result = parseLayers([base, layer('a', '/a'), layer('b', '/b')], 0);
  assert.ok(!result.ok);
  assert.deepEqual(
    result.diagnostics.map(({ message }) => message),
    ['two documents give `s`'],
  );
  assert.ok(parseLayers([base, layer('a', '/a'), layer('b', '/a')], 0).ok);
});
