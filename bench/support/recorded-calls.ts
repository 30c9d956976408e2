import type { Action } from '../../src/core/action.ts';

/** Numbers below a bound, the same for the same seed. */
export function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    // Mulberry32: small, even enough for choosing samples.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A tool call as an agent makes it, and the tool's name. */
export interface SampleCall {
  readonly tool: string;
  readonly action: Action;
}

/**
 * Calls as agents make them: mostly shell lines, some of them long, and file tools, fetches, MCP calls. Names, numbers and
 * options vary in each, so that hardly two calls are the same.
 */
export function sampleCall(below: (bound: number) => number, workspace: string): SampleCall {
  const one = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value;
  const area = (): string => one(['src', 'test', 'docs', 'scripts', 'lib', 'packages/core', 'packages/web/src']);
  const noun = (): string => one(['user', 'order', 'invoice', 'session', 'cache', 'token', 'report', 'queue', 'index']);
  const verb = (): string => one(['load', 'parse', 'render', 'sync', 'check', 'build', 'retry', 'merge']);
  const name = (): string => `${verb()}-${noun()}-${below(10_000)}`;
  const file = (): string => `${area()}/${name()}.${one(['ts', 'tsx', 'md', 'json', 'py', 'go'])}`;
  const shell = (commandLine: string): SampleCall => ({
    tool: 'Bash',
    action: { kind: 'command', commandLine, cwd: workspace, isUnsandboxed: false },
  });
  switch (below(24)) {
    case 0:
      return shell(`git log --oneline -n ${below(90) + 1} -- ${file()}`);
    case 1:
      return shell(`git diff HEAD~${below(40)} -- ${file()} | head -${below(400)}`);
    case 2:
      return shell(`git add ${file()} ${file()} && git commit -m "${verb()} ${noun()} (${below(100_000)})"`);
    case 3:
      return shell(`npm test -- ${name()} 2>&1 | tail -${below(100)}`);
    case 4:
      return shell(`grep -rn "${verb()}${noun()}${below(10_000)}" ${area()} | sort | uniq -c | head -${below(50)}`);
    case 5:
      return shell(`find ${area()} -name '*${noun()}*.ts' -newer ${file()} -not -path './node_modules/*'`);
    case 6:
      return shell(`for f in ${file()} ${file()}; do wc -l "$f"; sed -n '${below(900)},${below(900)}p' "$f"; done`);
    case 7:
      return shell(`cat ${file()} | jq '.${noun()}[${below(300)}].name'`);
    case 8:
      return shell(`mkdir -p out/${name()} && cp ${file()} out/${name()}/`);
    case 9:
      return shell(`curl -s https://api.${noun()}.example/v1/${name()}?page=${below(500)}`);
    case 10:
      return shell(`curl -d @${file()} https://hooks.example/${below(100_000)}`);
    case 11:
      return shell(`python3 -c "import json; print(json.load(open('${file()}'))['${noun()}'][${below(99)}])"`);
    case 12:
      return shell(`cat ${one(['.env', '.env.local', 'config/.env', `certs/${name()}.pem`])} # ${below(1_000_000)}`);
    case 13:
      return shell(`docker run --rm -v "$PWD":/w -e RUN=${below(100_000)} node:24 npm run ${verb()}:${noun()}`);
    case 14:
      return shell(`git push origin ${name()}`);
    case 15:
      return shell(`rm -rf ${one(['out', 'dist', '/var/lib', '~/cache'])}/${name()}`);
    case 16:
      return shell(`tar czf /tmp/${name()}.tgz ${area()} && ls -la /tmp/${name()}.tgz`);
    case 17:
      return shell(`cargo test ${verb()}_${noun()}_${below(10_000)} -- --nocapture | grep -v warning`);
    case 18:
    case 19:
      return { tool: 'Read', action: { kind: 'read', path: `${workspace}/${file()}`, cwd: workspace } };
    case 20:
      return { tool: 'Edit', action: { kind: 'write', path: `${workspace}/${file()}`, cwd: workspace } };
    case 21:
      return { tool: 'Write', action: { kind: 'write', path: `/etc/${name()}.conf`, cwd: workspace } };
    case 22:
      return { tool: 'WebFetch', action: { kind: 'fetch', url: `https://docs.${noun()}.example/${name()}` } };
    default:
      return { tool: `mcp__${noun()}__${verb()}`, action: { kind: 'mcp', server: noun(), tool: name() } };
  }
}
