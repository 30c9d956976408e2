import { domainToASCII } from 'node:url';
import { canonicalHost, hostMatches, parseHostPattern } from '../../../src/core/host-pattern.ts';
import type { EgressHost, Policy } from '../../../src/policy/index.ts';

/** What a program asks for: a host as somebody writes it, and a port. */
export interface HostCase {
  readonly kind: HostKind;
  readonly host: string;
  readonly port: number;
}

export type HostKind =
  | 'as listed'
  | 'below'
  | 'apex'
  | 'longer in front'
  | 'longer behind'
  | 'international'
  | 'look-alike'
  | 'case'
  | 'final dot'
  | 'other port'
  | 'address'
  | 'odd address'
  | 'malformed'
  | 'stranger';

/** The allowlist that the cases are about: each form that a policy can write. */
export const LISTED: readonly EgressHost[] = [
  ['registry.npmjs.org', [443]],
  ['*.example.com', [443, 8443]],
  ['Docs.Example.NET.', [443]],
  ['bücher.example', [443]],
  ['*.straße.example', [443]],
  ['deep.a.b.c.example.org', [443]],
  ['xn--fiqs8s.example', [443]],
  ['under_score.example.edu', [443]],
  ['a-b--c.example.io', [8443]],
  ['*.co.example.dev', [443]],
  ['192.0.2.10', [443]],
  ['[2001:db8::1]', [443]],
].map(([host, ports]): EgressHost => ({
  host: host as string,
  ports: ports as readonly number[],
  reason: 'x',
  acceptedRisk: null,
}));

/** What the policy itself says: the one answer that every layer is held against. */
export function policyAllows(policy: Pick<Policy, 'egress'>, host: string, port: number): boolean {
  return policy.egress.hosts.some(({ host: text, ports }) => {
    const parsed = parseHostPattern(text);
    return parsed.ok && ports.includes(port) && hostMatches(parsed.pattern, host);
  });
}

/** Whether the policy allows the host on any port, as a layer sees it that knows no ports. */
export function policyAllowsName(policy: Pick<Policy, 'egress'>, host: string): boolean {
  const ports = new Set(policy.egress.hosts.flatMap((entry) => entry.ports));
  return [...ports].some((port) => policyAllows(policy, host, port));
}

/** The host in the one spelling that a client puts on the wire; null where no client can ask for it. */
export function onTheWire(host: string): string | null {
  return canonicalHost(host);
}

export function isAddress(host: string): boolean {
  const wire = onTheWire(host);
  return wire !== null && (wire.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(wire));
}

/** The cases, always the same, each once. */
export function hostCases(count: number): readonly HostCase[] {
  const random = numbers(0x5a11);
  const made = new Map<string, HostCase>();
  const add = (one: HostCase): void => {
    if (made.size < count) made.set(`${one.host} ${one.port}`, made.get(`${one.host} ${one.port}`) ?? one);
  };
  for (const one of FIXED) add(one);
  while (made.size < count) for (const one of around(random)) add(one);
  return [...made.values()];
}

const ODD: readonly (readonly [HostKind, string])[] = [
  ['odd address', '0x7f.1'],
  ['odd address', '0300.0.2.10'],
  ['odd address', '192.0.522'],
  ['odd address', '3221225994'],
  ['odd address', '0xC000020A'],
  ['odd address', '192.0.2.010'],
  ['odd address', '192.0.2.10.'],
  ['odd address', '[::ffff:192.0.2.10]'],
  ['odd address', '[2001:0db8:0:0:0:0:0:1]'],
  ['odd address', '2001:DB8::1'],
  ['odd address', '[fe80::1%25eth0]'],
  ['address', '127.0.0.1'],
  ['address', '169.254.169.254'],
  ['address', '[fd00:ec2::254]'],
  ['address', '192.0.2.11'],
  ['address', '[2001:db8::2]'],
  ['malformed', ''],
  ['malformed', '.'],
  ['malformed', '..'],
  ['malformed', 'registry..npmjs.org'],
  ['malformed', '.registry.npmjs.org'],
  ['malformed', 'registry.npmjs.org..'],
  ['malformed', 'registry.npmjs.org:443'],
  ['malformed', 'registry.npmjs.org/x'],
  ['malformed', 'registry.npmjs.org#.evil.test'],
  ['malformed', 'user@registry.npmjs.org'],
  ['malformed', 'registry.npmjs.org\u0000.evil.test'],
  ['malformed', 'registry.npmjs.org evil.test'],
  ['below', '*.example.com'],
  ['below', `${'a'.repeat(63)}.example.com`],
  ['malformed', `${'a.'.repeat(125)}example.com`],
  ['look-alike', 'regіstry.npmjs.org'],
  ['look-alike', 'ехample.com'],
  ['look-alike', 'registry。npmjs。org'],
  ['look-alike', 'ｒｅｇｉｓｔｒｙ.npmjs.org'],
  ['look-alike', 'bu\u0308cher.example'],
  ['look-alike', 'bucher.example'],
  ['look-alike', 'strasse.example'],
  ['international', 'xn--bcher-kva.example'],
  ['international', 'XN--BCHER-KVA.example'],
  ['international', '中国.example'],
  ['international', 'a.STRASSE.example'],
  ['international', 'a.xn--strae-oqa.example'],
];

const FIXED: readonly HostCase[] = ODD.map(([kind, host]) => ({ kind, host, port: 443 }));

/** One round of spellings around each entry of the list. */
function around(random: () => number): readonly HostCase[] {
  return LISTED.flatMap(({ host: written, ports }): readonly HostCase[] => {
    const port = ports[Math.floor(random() * ports.length)] ?? 443;
    const isWide = written.startsWith('*.');
    const apex = (isWide ? written.slice(2) : written).replace(/\.$/, '');
    if (/^[[\d]/.test(apex)) return [{ kind: 'address', host: apex, port: [80, 443, 22, 8443][at(random, 4)] ?? 80 }];
    const name = isWide ? `${label(random)}.${apex}` : apex;
    const one = (kind: HostKind, host: string, on: number = port): HostCase => ({ kind, host, port: on });
    return [
      one('as listed', name),
      one('below', `${label(random)}.${name}`),
      one('below', `${label(random)}.${label(random)}.${label(random)}.${name}`),
      one('apex', apex),
      one('longer in front', `${label(random)}${apex}`),
      one('longer in front', `${label(random)}-${apex}`),
      one('longer behind', `${name}.${label(random)}.test`),
      one('longer behind', `${name}${label(random)}`),
      one('international', domainToASCII(name) || name),
      one(
        'look-alike',
        name.replace(/[aeo]/, (letter) => ({ a: 'а', e: 'е', o: 'о' })[letter] ?? letter),
      ),
      one('case', mixed(domainToASCII(name), random)),
      one('final dot', `${name}.`),
      one('other port', name, [22, 53, 80, 444, 853, 3128, 8443, 65_535][at(random, 8)] ?? 80),
      one('malformed', name.replace('.', '..')),
      one('stranger', `${label(random)}.${label(random)}.test`),
    ];
  });
}

function label(random: () => number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const inner = Array.from({ length: 1 + at(random, 12) }, () => letters[at(random, letters.length)]).join('');
  return `h${inner}`;
}

function mixed(name: string, random: () => number): string {
  return name.replaceAll(/[a-z]/g, (letter) => (random() < 0.5 ? letter.toUpperCase() : letter));
}

function at(random: () => number, below: number): number {
  return Math.floor(random() * below);
}

/** Numbers from 0 to below 1, the same each time (a linear congruential generator, constants of Numerical Recipes). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
