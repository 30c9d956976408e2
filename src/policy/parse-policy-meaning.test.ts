import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saidOf } from './said-of.ts';

const HEAD = 'version: 1\nname: x\n';

for (const { name, text, want } of [
  {
    name: 'credentials do not travel in the clear',
    text: `${HEAD}providers: {anthropic: {upstream: "http://gateway.example"}}\n`,
    want: '3:35: error: `http` is for this machine only; credentials would travel in the clear [policy/wrong-form]',
  },
  {
    name: "Bedrock is not asked at Anthropic's address",
    text: `${HEAD}providers: {use: bedrock, bedrock: {upstream: "https://api.anthropic.com"}}\n`,
    want:
      '3:47: error: this is the address of another provider [policy/contradiction]\n' +
      "  hint: leave `upstream` out to use the provider's own address",
  },
  {
    name: 'a proof of identity is for a central gateway, which has an address',
    text: `${HEAD}providers: {use: bedrock, bedrock: {upstream_auth: aws-identity}}\n`,
    want:
      '3:36: error: `providers.bedrock.upstream` is missing [policy/missing-field]\n' +
      '  hint: write the address of the central gateway as `upstream`; only such a one reads this proof',
  },
  {
    name: 'Vertex is not asked without a project that pays',
    text: `${HEAD}providers: {use: vertex}\n`,
    want:
      '3:12: error: `providers.vertex.project` is missing [policy/missing-field]\n' +
      '  hint: write the id of the Google Cloud project that pays',
  },
  {
    name: 'a project of Vertex cannot climb out of its path',
    text: `${HEAD}providers: {use: vertex, vertex: {project: "a/../b"}}\n`,
    want: '3:44: error: a project is named by its id, such as my-project-1 [policy/wrong-form]',
  },
  {
    name: 'the way out is not opened by a star',
    text: `${HEAD}egress: {hosts: [{host: "*", reason: R.}]}\n`,
    want: '3:25: error: `*` opens the way to every host [policy/wrong-form]\n  hint: name the hosts',
  },
  {
    name: 'hosts that anybody can have are not reached unless somebody says why',
    text: `${HEAD}egress: {hosts: [{host: "*.github.io", reason: R.}, {host: "*.s3.amazonaws.com", reason: R., accepted_risk: Ours.}]}\n`,
    want:
      '3:25: error: `*.github.io` is shared by many parties: anybody can serve files there [policy/multi-tenant-host]\n' +
      '  hint: name one host of your own, or write why it is reached all the same as `accepted_risk`',
  },
  {
    name: 'lists that nothing is done with, and an action that nothing can set off',
    text: `${HEAD}company: {words: {names: [Bluebird]}}\n`,
    want:
      '3:10: warning: nothing is done with what these lists find [policy/no-effect]\n' +
      '  hint: write `dlp.company`, such as `mask`',
  },
  {
    name: 'an action on company words without words',
    text: `${HEAD}dlp: {company: block}\n`,
    want: '3:16: warning: `company` lists nothing that could be found [policy/no-effect]',
  },
  {
    name: 'lists that cannot be searched for, without a word of them',
    text: `${HEAD}dlp: {company: block}\ncompany: {words: {names: [ab]}, patterns: {numbers: '(x'}}\n`,
    want:
      '4:26: error: word 1 of `names` has under 3 characters, over 120 bytes, or is no line of text [policy/wrong-form]\n' +
      "4:53: error: the pattern of `numbers` is none of RE2's [policy/wrong-form]",
  },
  {
    name: 'an engine that would be given the key of a model',
    text: `${HEAD}dlp: {personal: alert}\nengines: [{name: a, kind: lakera, url: "https://x.example", key_env: ANTHROPIC_API_KEY}]\n`,
    want:
      '4:70: error: this variable holds a key of models or of Sallyport, which no engine is given [policy/wrong-form]\n' +
      '  hint: name the variable of its own key',
  },
  {
    name: 'an engine whose findings change nothing',
    text: `${HEAD}dlp: {secret: alert}\nengines: [{name: a, kind: presidio, url: "https://x.example"}, {name: b, kind: gitleaks}]\n`,
    want:
      '4:11: warning: `a` is asked, and nothing is done with what it finds [policy/no-effect]\n' +
      '  hint: write `dlp.personal`',
  },
  {
    name: 'a taint that is none names the three that are',
    text: `${HEAD}injection: {taint: any_untrusted}\n`,
    want:
      '3:20: error: expected `true`, `false`, `any-untrusted`, found text [policy/unknown-value]\n' +
      '  hint: did you mean `any-untrusted`?',
  },
  {
    name: 'engines with the fields of other kinds',
    text: `${HEAD}dlp: {secret: alert, personal: alert}\nengines:\n  - {name: a, kind: gitleaks, url: "https://x.example", verify: true}\n  - {name: b, kind: lakera, command: [x]}\n  - {name: c, kind: presidio, url: "http://x.example"}\n  - {name: d, kind: betterleaks, command: [./bin/leaks]}\n`,
    want:
      '5:36: error: `gitleaks` has no `url` [policy/contradiction]\n' +
      '5:65: error: `gitleaks` has no `verify` [policy/contradiction]\n' +
      '6:5: error: `lakera` needs the `url` of its service [policy/missing-field]\n' +
      '6:38: error: `lakera` has no `command` [policy/contradiction]\n' +
      '7:36: error: `http` is for this machine only; credentials would travel in the clear [policy/wrong-form]\n' +
      '8:44: error: a program is named by its absolute path, or by its name on `PATH` [policy/wrong-form]',
  },
  {
    name: 'engines that take too long one after the other, and two of one name',
    text: `${HEAD}dlp: {secret: alert}\nengines:\n  - {name: a, kind: gitleaks, order: 1}\n  - {name: a, kind: betterleaks}\n`,
    want:
      '5:3: error: engines of different order are asked one after the other: these may take 4000 ms together, and the guard answers before [policy/contradiction]\n' +
      '  hint: at most 2400 ms in all: lower `timeout_ms`, or give them one `order`\n' +
      '6:12: error: the engine `a` is given twice [policy/contradiction]',
  },
  {
    name: 'a field that has moved is found where it is now',
    text: `${HEAD}models: {provider: bedrock, upstream: x, bedrock_region: y}\nsandbox: {allowed_domains: []}\n`,
    want:
      '3:10: error: `provider` is no field of `models` [policy/unknown-field]\n  hint: it stands at `providers.use`\n' +
      '3:29: error: `upstream` is no field of `models` [policy/unknown-field]\n  hint: it stands at `providers.anthropic.upstream`\n' +
      '3:42: error: `bedrock_region` is no field of `models` [policy/unknown-field]\n  hint: it stands at `providers.bedrock.region`\n' +
      '4:11: error: `allowed_domains` is no field of `sandbox` [policy/unknown-field]\n  hint: it stands at `egress.hosts`',
  },
  {
    name: 'a rule that a section makes is not written a second time',
    text: `${HEAD}git: {}\ncommands: {deny: [{id: git/force-push, run: [x], reason: R.}]}\n`,
    want:
      '4:24: error: the rule id `git/force-push` is given twice [policy/duplicate-rule]\n' +
      '  hint: `git.force_push` of line 3 makes it',
  },
  {
    name: 'a roll-out names rules that there are, and none that allows',
    text: `${HEAD}tools: {allow: [{id: a/b, tools: [X], reason: R.}]}\nrollout: {rules: {a/b: shadow, a/c: warn, x: warn}}\n`,
    want: '4:43: error: a rule id is `family/name`: lower-case letters, digits and hyphens, at most 40 and 60 of them [policy/field-name]',
  },
  {
    name: 'a roll-out of a rule that allows or is not there is refused',
    text: `${HEAD}tools: {allow: [{id: a/b, tools: [X], reason: R.}]}\nrollout: {rules: {a/b: shadow, a/c: warn}}\n`,
    want:
      '4:19: error: `a/b` allows: it is in force or it is not there [policy/contradiction]\n  hint: only deny and ask rules are tried out\n' +
      '4:32: error: no document has a rule `a/c` [policy/unknown-rule]\n  hint: did you mean `a/b`?',
  },
  {
    name: 'an exception stands alone',
    text: `${HEAD}exception: {owner: a@b.example, reason: R., ticket: T-1, expires: 2027-01-01, lifts: [{rule: a/b, run: [x]}]}\n`,
    want:
      '3:12: error: an exception is a layer of its own [policy/contradiction]\n' +
      '  hint: put it into a document of its own with `layer: exception`',
  },
  {
    name: 'an exception without a base is no policy',
    text: `${HEAD}layer: exception\nexception: {owner: a@b.example, reason: R., ticket: T-1, expires: 2027-01-01, lifts: [{rule: a/b, run: [x]}]}\n`,
    want:
      '3:8: error: none of the documents is the base of the policy [policy/layer-set]\n' +
      '  hint: name the document of the layer `base` as well',
  },
  {
    name: 'a server is a command or a URL, not both',
    text: `${HEAD}mcp: {servers: {a: {command: x, url: "https://x.example"}}}\n`,
    want: '3:33: error: `url` is no field of `mcp.servers.a` [policy/unknown-field]\n  hint: fields here: command, args, env',
  },
  {
    name: 'a server that is neither a command nor a URL lacks one',
    text: `${HEAD}mcp: {servers: {a: {}}}\n`,
    want: '3:17: error: `command` is missing [policy/missing-field]',
  },
  {
    name: 'a reference that the client would pass on as it is written is refused',
    text: `${HEAD}mcp: {servers: {a: {command: x, env: {T: "\${ssm:/a/b}"}}}}\n`,
    want: '3:42: error: this reference is not expanded [policy/wrong-form]\n  hint: the client expands `${NAME}` and `${NAME:-default}` only',
  },
  {
    name: 'a value given to a server is not repeated',
    text: `${HEAD}mcp: {servers: {a: {command: x, env: {PIN: 4711}}}}\n`,
    want: '3:44: error: expected text, found a number [policy/wrong-type]\n  hint: put it in quotes to make it text',
  },
  {
    name: 'a variable name has no hyphen',
    text: `${HEAD}mcp: {servers: {a: {command: x, env: {A-B: x}}}}\n`,
    want: '3:39: error: an environment name is letters, digits and `_` [policy/field-name]',
  },
  {
    name: 'a rule on a server that is not there warns',
    text: `${HEAD}mcp: {servers: {github: {command: x}}, allow: [{id: a/b, server: githb, tools: ["*"], reason: R.}]}\n`,
    want:
      '3:66: warning: no server `githb` is under `mcp.servers`, so it never starts [policy/no-effect]\n' +
      '  hint: did you mean `github`?',
  },
  {
    name: 'a tool rule on what other rules decide warns',
    text: `${HEAD}tools: {deny: [{id: a/b, tools: [Bash, mcp__x__y, TodoWrite], reason: R.}]}\n`,
    want:
      '3:34: warning: calls of `Bash` are decided by the `commands` rules [policy/no-effect]\n' +
      '3:40: warning: calls of `mcp__x__y` are decided by the `mcp` rules [policy/no-effect]',
  },
  {
    name: 'an idle limit beyond the end of the session warns',
    text: `${HEAD}session: {max_duration_minutes: 10, idle_timeout_minutes: 11}\n`,
    want: '3:59: warning: a session ends before it can be idle for so long [policy/no-effect]',
  },
  {
    name: 'an end before the idle limit that nobody wrote does not',
    text: `${HEAD}session: {max_duration_minutes: 10}\n`,
    want: '',
  },
]) {
  test(name, () => assert.equal(saidOf(text), want));
}
