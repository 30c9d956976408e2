import type { RuleTable, WebRule } from '../core/rule-table.ts';
import { commandAtoms } from './command-atom.ts';
import type { StageAtom } from './command-atom.ts';
import { commandLines } from './command-lines.ts';
import type { SampleWords } from './command-lines.ts';
import { differOn } from './diff-commands.ts';
import type { DiffWork } from './diff-work.ts';
import { decisionPair } from './decision-pair.ts';
import { hostSamples, webPatterns } from './host-samples.ts';

/** Finds what changes for hosts, fetched by a tool or named by a command. */
export function diffHosts(work: DiffWork, samples: SampleWords): void {
  const { before, after } = work;
  const isSame = JSON.stringify(webPart(before)) === JSON.stringify(webPart(after));
  if (isSame) return;
  const [scene] = work.scenes;
  if (scene === undefined) return;
  const changed = new Set<string>();
  // With the same default on both sides, what differs is what rules say: commands mind nothing else.
  const ruled = decisionPair(askingByDefault(before), askingByDefault(after));
  for (const host of hostSamples(webPatterns([before, after]))) {
    const action = {
      kind: 'fetch',
      url: `https://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}/`,
    } as const;
    const difference = work.pair.differ(action, scene);
    if (difference !== null) {
      const [first = difference.before.ruleId] = [difference.before, difference.after]
        .map((said) => said.ruleId)
        .filter((id) => !id.startsWith('default/'));
      const region = first.startsWith('default/') ? 'hosts that no rule names' : `hosts that \`${first}\` names`;
      work.found.note(difference, region, []);
    }
    if (ruled.differ(action, scene) !== null) changed.add(host);
  }
  if (changed.size > 0) diffCommandsByHost([...changed], work, samples);
}

function webPart(table: RuleTable): unknown {
  return [
    table.defaults.web,
    ...table.web
      .filter((rule) => rule.mode === 'enforce')
      .map(({ verdict, hosts, except }: WebRule) => [verdict, hosts, except]),
  ];
}

function askingByDefault(table: RuleTable): RuleTable {
  return { ...table, defaults: { ...table.defaults, web: 'ask' } };
}

function diffCommandsByHost(hosts: readonly string[], work: DiffWork, samples: SampleWords): void {
  const given: SampleWords = { ...samples, allowedHosts: hosts, otherHosts: hosts };
  const atoms = [...work.before.commands, ...work.after.commands]
    .filter((rule) => rule.mode === 'enforce')
    .flatMap((rule) => [...rule.run, ...rule.unless])
    .filter((text) => /<(?:allowed|other)-url>/.test(text))
    .flatMap(commandAtoms);
  const lines = [
    ...hosts
      .slice(0, 50)
      .flatMap((host) => [`curl https://${host}/`, `wget https://${host}/`, `git clone https://${host}/x`]),
    ...[...new Map(atoms.map((atom) => [atom.key, atom])).values()]
      .slice(0, 200)
      .flatMap((atom) => firstOf(commandLines(atom, given), 3)),
  ];
  const differences = lines.flatMap((line) => differOn(work, line) ?? []);
  for (const difference of differences)
    work.found.note(difference, 'commands that name a host of a web rule that changed', []);
  if (differences.length > 0) return;
  const isMinded = atoms.some((atom) => [atom.last, ...atom.earlier.flat()].some(namesUrlClass));
  const denies = (table: RuleTable): boolean =>
    table.web.some((rule) => rule.verdict === 'deny' && rule.mode === 'enforce');
  if (!isMinded && !denies(work.before) && !denies(work.after)) return;
  const why = 'no command that shows a change was found; rules on commands may mind which hosts are allowed or denied';
  work.found.doubt({ kind: 'command', rules: [], region: 'commands that name a host of a web rule that changed', why });
}

function namesUrlClass(atom: StageAtom): boolean {
  return atom.words.some(
    (word) =>
      (word.kind === 'class' && word.name.endsWith('-url')) ||
      (word.kind !== 'class' &&
        word.flags.some(({ value }) => value !== null && 'className' in value && value.className.endsWith('-url'))),
  );
}

function firstOf(lines: Iterable<string>, count: number): readonly string[] {
  const first: string[] = [];
  for (const line of lines) {
    if (first.length === count) break;
    first.push(line);
  }
  return first;
}
