import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicyBytes } from './parse-policy.ts';
import { saidOf } from './said-of.ts';

const HEAD = 'version: 1\nname: x\n';

for (const { name, text, want } of [
  {
    name: 'a field given twice is not the last one given',
    text: `${HEAD}defaults: {web: deny}\ndefaults: {web: ask}\n`,
    want: '4:1: error: `defaults` is given twice [policy/duplicate-field]\n  hint: put both together under one name',
  },
  {
    name: 'a field given twice in other quotes is found too',
    text: `${HEAD}"na\\x6de": y\n`,
    want: '3:1: error: `name` is given twice [policy/duplicate-field]\n  hint: put both together under one name',
  },
  {
    name: 'a name that a checker would drop without a word is refused',
    text: `${HEAD}mcp: {servers: {__proto__: {url: "https://x.example"}}}\n`,
    want: '3:17: error: `__proto__` is no name of a field [policy/field-name]',
  },
  {
    name: 'a name that every object knows is just unknown',
    text: `${HEAD}constructor: {}\ntoString: x\n`,
    want:
      '3:1: error: `constructor` is no field of a policy [policy/unknown-field]\n' +
      '4:1: error: `toString` is no field of a policy [policy/unknown-field]',
  },
  {
    name: 'a name is text',
    text: `${HEAD}1: x\n`,
    want: '3:1: error: the name of a field is plain text [policy/field-name]\n  hint: put it in quotes if it is meant as a name',
  },
  {
    name: 'a reason is one line that a terminal shows as it is',
    text: `${HEAD}commands: {deny: [{id: a/b, run: [x], reason: "\\e[2K"}]}\n`,
    want: '3:47: error: the character U+001B cannot be seen and is not used in a policy [policy/hidden-character]',
  },
  {
    name: 'a line that shows in another order than it is read is refused',
    text: `${HEAD}# \u202Eyned :dnammoc\n`,
    want: '3:3: error: the character U+202E cannot be seen and is not used in a policy [policy/hidden-character]',
  },
  {
    name: 'a carriage return alone is a line end for some readers only',
    text: `version: 1 # \rname: x\n`,
    want: '1:14: error: the character U+000D cannot be seen and is not used in a policy [policy/hidden-character]',
  },
  {
    name: 'a NUL is refused',
    text: `${HEAD}\0`,
    want: '3:1: error: the character U+0000 cannot be seen and is not used in a policy [policy/hidden-character]',
  },
  {
    name: 'an empty text is no policy',
    text: '',
    want: '1:1: error: the policy is empty [policy/not-a-mapping]\n  hint: the smallest policy is `version: 1` and `name: my-policy`',
  },
  {
    name: 'comments alone are no policy',
    text: '# nothing\n---\n',
    want: '2:4: error: the policy is empty [policy/not-a-mapping]\n  hint: the smallest policy is `version: 1` and `name: my-policy`',
  },
  {
    name: 'a list is no policy',
    text: '- version: 1\n',
    want: '1:1: error: the policy is not a mapping of fields [policy/not-a-mapping]\n  hint: the smallest policy is `version: 1` and `name: my-policy`',
  },
  {
    name: 'tabs do not indent',
    text: `${HEAD}client:\n\tminimum_version: 2.1.329\n`,
    want: '4:1: error: a tab does not indent [policy/yaml-syntax]\n  hint: indent with spaces',
  },
  {
    name: 'a quote that does not end is found where it begins',
    text: `${HEAD}shape: "ec2\n`,
    want: '4:1: error: missing closing "quote [policy/yaml-syntax]',
  },
  {
    name: 'a second document is not read as if it were not there',
    text: `${HEAD}---\n${HEAD}`,
    want: '3:1: error: a policy is one document [policy/yaml-feature]\n  hint: remove the `---` line, or put the rest into a file of its own',
  },
  {
    name: 'a directive could change what words mean',
    text: `%YAML 1.1\n---\n${HEAD}`,
    want: '1:1: error: directives are not used in a policy [policy/yaml-feature]',
  },
  {
    name: 'anchors and tags are refused where they stand',
    text: `version: !!int 1\nname: &n x\n`,
    want:
      '1:16: error: tags are not used in a policy [policy/yaml-feature]\n' +
      '2:10: error: anchors are not used in a policy [policy/yaml-feature]',
  },
  { name: 'a byte order mark is no fault', text: `\uFEFF${HEAD}`, want: '' },
  { name: 'CRLF is a line end', text: 'version: 1\r\nname: x\r\nshape: ec2\r\n', want: '' },
  {
    name: 'JSON may name its schema',
    text: '{"$schema": "../schema/policy.schema.json", "version": 1, "name": "x", "git": {"force_push": "ask"}}',
    want: '',
  },
  {
    name: 'a command that only looks Latin would stop nothing',
    text: `${HEAD}commands: {deny: [{id: a/b, run: ["сurl {-d,--data}"], reason: R.}]}\n`,
    want: '3:36: error: `с` (U+0441) is not the letter `c` that it looks like [policy/look-alike]\n  hint: type the word anew, in Latin letters',
  },
  {
    name: 'a look-alike in an id is told as such, once',
    text: `${HEAD}commands: {deny: [{id: gіt/b, run: [ѕudo], reason: R.}]}\n`,
    want:
      '3:25: error: `і` (U+0456) is not the letter `i` that it looks like [policy/look-alike]\n  hint: type the word anew, in Latin letters\n' +
      '3:37: error: `ѕ` (U+0455) is not the letter `s` that it looks like [policy/look-alike]\n  hint: type the word anew, in Latin letters',
  },
  {
    name: 'a host of another script in one Latin-looking label is refused, one that shows its script is not',
    text: `${HEAD}web: {deny: [{id: a/b, hosts: [раураӏ.com, пример.рф, gооgle.com], reason: R.}]}\n`,
    want:
      '3:32: error: `р` (U+0440) is not the letter `p` that it looks like [policy/look-alike]\n  hint: type the word anew, in Latin letters\n' +
      '3:56: error: `о` (U+043E) is not the letter `o` that it looks like [policy/look-alike]\n  hint: type the word anew, in Latin letters',
  },
  {
    name: 'a full-width letter is no plain one',
    text: `${HEAD}commands: {deny: [{id: a/b, run: [ｓｕｄｏ], reason: R.}]}\n`,
    want: '3:35: error: `ｓ` (U+FF53) is not the letter `s` that it looks like [policy/look-alike]\n  hint: write it in plain letters',
  },
  {
    name: 'a reason is written in any script',
    text: `${HEAD}commands: {deny: [{id: a/b, run: [x], reason: "Нельзя, сurl."}]}\n`,
    want: '',
  },
  { name: 'JSON is YAML', text: '{\n\t"version": 1,\n\t"name": "x"\n}', want: '' },
  { name: 'a marked document is a document', text: `---\n${HEAD}...\n`, want: '' },
]) {
  test(name, () => assert.equal(saidOf(text), want));
}

test('a bomb of aliases is refused before it grows', () => {
  assert.match(saidOf(`${HEAD}a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`), /aliases are not used in a policy/);
});

test('bytes that are no UTF-8 name their line', () => {
  const result = parsePolicyBytes(Buffer.concat([Buffer.from(`${HEAD}# `), Buffer.from([0xe9, 0x0a])]));
  assert.ok(!result.ok);
  const [one] = result.diagnostics;
  assert.deepEqual([one?.line, one?.column, one?.code], [3, 1, 'policy/not-utf8']);
  assert.equal(parsePolicyBytes(Buffer.from(HEAD, 'utf16le')).ok, false);
});
