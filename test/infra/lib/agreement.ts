import { TARGETS } from '../../../src/compile/index.ts';
import type { TargetFile, TargetInput } from '../../../src/compile/index.ts';
import { textOf } from '../../../src/compile/targets/layer-readings.ts';
import { SAMPLE_INPUT } from '../../../src/compile/targets/sample-input.ts';
import { hostCases, LISTED, policyAllows, policyAllowsName } from './host-cases.ts';
import type { HostCase } from './host-cases.ts';

/** One allowlist, what each layer gets of it, and the hosts that all are asked about. */
export const HOSTS = 1_000;
export const CASES = hostCases(HOSTS);

const policy = { ...SAMPLE_INPUT.policy, egress: { hosts: LISTED } };
export const INPUT: TargetInput = { ...SAMPLE_INPUT, policy };

export function filesOf(name: string): readonly TargetFile[] {
  const target = TARGETS.find((one) => one.name === name);
  if (target === undefined) throw new TypeError(`there is no target \`${name}\``);
  return target.compile(INPUT).files;
}

interface TerraformValues {
  readonly policy: {
    readonly dns: { readonly egress: readonly string[] };
    readonly suricata: { readonly egress: string };
    readonly allowed_domains: readonly { readonly name: string; readonly ports: readonly number[] }[];
  };
}

/** The lists as Terraform gets them, so that what is deployed is what is asked. */
export const VALUES = (JSON.parse(textOf(filesOf('terraform'), 'sallyport.auto.tfvars.json')) as TerraformValues)
  .policy;

/** The allowlist of the egress proxy. */
export const PROXY = textOf(filesOf('egress-proxy'), 'sallyport-egress.conf');

/** What the policy says of a host on any port, for layers that know none. */
export const byName = ({ host }: HostCase): boolean => policyAllowsName(policy, host);
export const byPort = ({ host, port }: HostCase): boolean => policyAllows(policy, host, port);

/** What became of asking one layer about all cases. */
export interface Tally {
  readonly allowed: number;
  readonly denied: number;
  /** By reason. */
  readonly notAsked: ReadonlyMap<string, number>;
  /** Where layer and policy differ. */
  readonly apart: readonly string[];
}

/** @param ask what the layer says of a case, or why it is not asked. */
export function tally(
  ask: (one: HostCase, at: number) => boolean | { readonly notAsked: string },
  want: (one: HostCase) => boolean,
): Tally {
  const counts = { allowed: 0, denied: 0 };
  const notAsked = new Map<string, number>();
  const apart: string[] = [];
  for (const [at, one] of CASES.entries()) {
    const answer = ask(one, at);
    if (typeof answer !== 'boolean') {
      notAsked.set(answer.notAsked, (notAsked.get(answer.notAsked) ?? 0) + 1);
      continue;
    }
    counts[answer ? 'allowed' : 'denied'] += 1;
    if (answer !== want(one)) apart.push(`${one.kind}: ${one.host} ${one.port}: ${answer}`);
  }
  return { ...counts, notAsked, apart };
}

/** A tally in lines, the first of which the table of the infrastructure tests takes up. */
export function told(layer: string, how: string, { allowed, denied, notAsked }: Tally): readonly string[] {
  return [
    `infra: ${layer}, hosts agreed ${how} = ${allowed + denied}`,
    `${layer}: ${allowed} allowed, ${denied} denied`,
    ...[...notAsked].map(([why, count]) => `${layer}: ${count} not asked, ${why}`),
  ];
}
