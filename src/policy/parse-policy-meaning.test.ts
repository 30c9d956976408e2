import assert from 'node:assert/strict';
import { test } from 'node:test';
import { saidOf } from './said-of.ts';

const HEAD = 'version: 1\nname: x\n';

for (const { name, text, want } of [
  {
    name: 'credentials do not travel in the clear',
    text: `${HEAD}models: {upstream: "http://gateway.example"}\n`,
    want: '3:20: error: `http` is for this machine only; credentials would travel in the clear [policy/wrong-form]',
  },
  {
    name: "Bedrock is not asked at Anthropic's address",
    text: `${HEAD}models: {provider: bedrock, upstream: "https://api.anthropic.com"}\n`,
    want:
      '3:39: error: the provider is `bedrock`, this address is not [policy/contradiction]\n' +
      "  hint: leave `upstream` out to use the provider's own address",
  },
  {
    name: 'the sandbox is not opened by a star',
    text: `${HEAD}sandbox: {allowed_domains: ["*"]}\n`,
    want: '3:29: error: `*` opens the sandbox to every host [policy/wrong-form]\n  hint: name the hosts',
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
]) {
  test(name, () => assert.equal(saidOf(text), want));
}
