import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saidOf } from './said-of.ts';

const HEAD = 'version: 1\nname: x\n';

for (const { name, text, want } of [
  {
    name: 'an unknown field is named with the nearest one',
    text: `${HEAD}comands: {}\n`,
    want: '3:1: error: `comands` is no field of a policy [policy/unknown-field]\n  hint: did you mean `commands`?',
  },
  {
    name: 'an unknown field that resembles none lists those that there are',
    text: `${HEAD}sandbox:\n  wallpaper: blue\n`,
    want: '4:3: error: `wallpaper` is no field of `sandbox` [policy/unknown-field]\n  hint: fields here: enabled',
  },
  {
    name: 'what is missing is named at the mapping that lacks it',
    text: `version: 1\nname: x\ncommands:\n  deny:\n    - id: a/b\n      run: [x]\n`,
    want: '5:7: error: `reason` is missing [policy/missing-field]',
  },
  {
    name: 'a policy of another format version is not read',
    text: 'version: 2\nname: x\n',
    want: '1:10: error: expected `1`, found the number `2` [policy/unknown-value]',
  },
  {
    name: 'a word that cannot be chosen is answered with those that can',
    text: `${HEAD}shape: contaner\n`,
    want: '3:8: error: expected `workstation`, `ec2`, `container`, found text [policy/unknown-value]\n  hint: did you mean `container`?',
  },
  {
    name: 'commands are never allowed by default',
    text: `${HEAD}defaults: {command: allow}\n`,
    want: '3:21: error: expected `deny` or `ask`, found text [policy/unknown-value]',
  },
  {
    name: 'a number out of bounds names the bound',
    text: `${HEAD}session: {max_duration_minutes: 10081, idle_timeout_minutes: 0}\n`,
    want:
      '3:33: error: expected at most 10080, found 10081 [policy/out-of-bounds]\n' +
      '3:62: error: expected at least 1, found 0 [policy/out-of-bounds]',
  },
  {
    name: 'a version without quotes is a number',
    text: `${HEAD}client: {minimum_version: 2.1}\n`,
    want: '3:27: error: expected text, found the number `2.1` [policy/wrong-type]\n  hint: put it in quotes to make it text',
  },
  {
    name: 'a program named true is quoted',
    text: `${HEAD}commands: {allow: [{id: a/b, run: [true], reason: R.}]}\n`,
    want: '3:36: error: expected text, found the value `true` [policy/wrong-type]\n  hint: put it in quotes to make it text',
  },
  {
    name: 'one pattern is a list of one',
    text: `${HEAD}commands: {deny: [{id: a/b, run: sudo, reason: R.}]}\n`,
    want: '3:34: error: expected a list, found text [policy/wrong-type]\n  hint: put it in a list: `[...]`',
  },
  {
    name: 'a pattern with braces is quoted',
    text: `${HEAD}commands: {deny: [{id: a/b, run: [{x,y}], reason: R.}]}\n`,
    want: '3:35: error: expected text, found a mapping [policy/wrong-type]\n  hint: text with braces or brackets stands in quotes',
  },
  {
    name: 'a pattern that starts with a star is quoted',
    text: `${HEAD}web:\n  deny:\n    - id: a/b\n      hosts: [*.example.com]\n      reason: R.\n`,
    want: '6:15: error: aliases are not used in a policy [policy/yaml-feature]\n  hint: a pattern that starts with `*` stands in quotes',
  },
  {
    name: 'a list with nothing in it is said to be so',
    text: `${HEAD}commands:\n  deny:\n`,
    want: '4:3: error: expected a list, found nothing [policy/wrong-type]\n  hint: give it a value, or leave the field out',
  },
  {
    name: 'a rule needs a pattern and a reason',
    text: `${HEAD}commands: {deny: [{id: a/b, run: [], reason: ""}]}\n`,
    want:
      '3:34: error: expected at least 1 entry, found 0 [policy/out-of-bounds]\n' +
      '3:46: error: the text is empty [policy/out-of-bounds]',
  },
  {
    name: 'exceptions of a rule on commands are called `unless`',
    text: `${HEAD}commands: {deny: [{id: a/b, run: [x], unless: [y], reason: R.}, {id: a/c, run: [x], except: [y], reason: R.}]}\n`,
    want: '3:85: error: `except` is no field of `commands.deny[1]` [policy/unknown-field]\n  hint: fields here: id, run, unless, reason',
  },
  {
    name: 'a fault in a plain pattern points into it',
    text: `${HEAD}commands: {deny: [{id: a/b, run: [git <nowhere>], reason: R.}]}\n`,
    want: '3:39: error: `<nowhere>` is no class; there are CLASSES [policy/bad-pattern]',
  },
  {
    name: 'a fault in a quoted pattern points into it',
    text: `${HEAD}commands: {deny: [{id: a/b, run: ["git <nowhere>"], reason: R.}]}\n`,
    want: '3:40: error: `<nowhere>` is no class; there are CLASSES [policy/bad-pattern]',
  },
  {
    name: 'a fault in an escaped pattern points at its start',
    text: `${HEAD}commands: {deny: [{id: a/b, run: ["g\\x69t <nowhere>"], reason: R.}]}\n`,
    want: '3:35: error: `<nowhere>` is no class; there are CLASSES [policy/bad-pattern]',
  },
  {
    name: 'a path that starts nowhere is refused with what was meant',
    text: `${HEAD}files: {deny: [{id: a/b, access: read, paths: [secrets], reason: R.}]}\n`,
    want: '3:48: error: where does `secrets` start? write `**/secrets` for anywhere, or `/`, `~/`, `./` in front [policy/bad-pattern]',
  },
  {
    name: 'a host is not a URL',
    text: `${HEAD}web: {deny: [{id: a/b, hosts: ["https://x.example"], reason: R.}]}\n`,
    want: '3:33: error: `https://x.example` is no host name; write it without scheme, port and path [policy/bad-pattern]',
  },
  {
    name: 'a rule speaks not for the program',
    text: `${HEAD}commands: {allow: [{id: liveness/canary, run: [x], reason: R.}]}\n`,
    want: '3:25: error: the family `liveness` belongs to the rules that Sallyport itself brings [policy/reserved-rule]',
  },
  {
    name: 'a rule id has a family',
    text: `${HEAD}commands: {allow: [{id: canary, run: [x], reason: R.}]}\n`,
    want: '3:25: error: a rule id is `family/name`: lower-case letters, digits and hyphens, at most 40 and 60 of them [policy/wrong-form]',
  },
  {
    name: 'two rules of different families have different ids',
    text: `${HEAD}commands: {deny: [{id: a/b, run: [x], reason: R.}]}\ntools: {allow: [{id: a/b, tools: [X], reason: R.}]}\n`,
    want: '4:22: error: the rule id `a/b` is given twice [policy/duplicate-rule]\n  hint: it is also at `commands.deny[0]`',
  },
  {
    name: 'every fault is told at once',
    text: 'version: 1\nname: X\nshap: ec2\nsession: {max_concurrent: 65}\ntools: {deny: [{id: x, tools: [], reason: R.}]}\n',
    want:
      '2:7: error: a name is lower-case letters, digits and hyphens, at most 63 of them [policy/wrong-form]\n' +
      '3:1: error: `shap` is no field of a policy [policy/unknown-field]\n' +
      '  hint: did you mean `shape`?\n' +
      '4:27: error: expected at most 64, found 65 [policy/out-of-bounds]\n' +
      '5:21: error: a rule id is `family/name`: lower-case letters, digits and hyphens, at most 40 and 60 of them [policy/wrong-form]\n' +
      '5:31: error: expected at least 1 entry, found 0 [policy/out-of-bounds]',
  },
]) {
  test(name, () => assert.equal(saidOf(text), want));
}
