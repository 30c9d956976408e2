import { starGlobMatches } from '../core/command-pattern-glob.ts';
import { parseHostPattern } from '../core/host-pattern.ts';
import { listFaults } from './content-faults.ts';
import { fieldPathText, quoted } from './fault.ts';
import type { FieldPath } from './fault.ts';
import { isSaid, report, widens } from './layer-state.ts';
import type { LayerState } from './layer-state.ts';
import { companyOf } from './policy-of.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import type { PolicyPart } from './read-part.ts';

/**
 * Lays the lists of the documents of one layer over what holds so far. What refuses grows: protected branches, models that
 * are denied. What permits shrinks: a document that writes models, hosts or servers writes those that it leaves, each of
 * them permitted under it, and of several documents only what all of them leave holds.
 */
export function layLists(state: LayerState, under: WrittenPolicy, parts: readonly PolicyPart[]): void {
  for (const part of parts) {
    if (
      part.written.git !== undefined &&
      state.merged.git !== undefined &&
      isSaid(part, ['git', 'protected_branches'])
    ) {
      state.merged.git.protected_branches = union(
        state.merged.git.protected_branches,
        part.written.git.protected_branches,
      );
    }
    state.merged.models.deny = union(state.merged.models.deny, part.written.models.deny);
    if (isSaid(part, ['models', 'allow'])) layModels(state, under, part);
    if (isSaid(part, ['egress', 'hosts'])) layHosts(state, under, part);
    if (isSaid(part, ['mcp', 'servers'])) layServers(state, under, part);
    layCompany(state, under, part);
    ofBaseAlone(state, part, ['dlp', 'allowed']);
    // An engine is given every text, and starts as a program of the daemon: no layer only restricts by naming one.
    ofBaseAlone(state, part, ['engines']);
  }
}

function layModels(state: LayerState, { models }: WrittenPolicy, part: PolicyPart): void {
  const path = ['models', 'allow'];
  const wanted = part.written.models.allow;
  if (wanted.length === 0 && models.allow.length > 0) {
    widens(state, part, path, 'an empty list is every model', path);
    return;
  }
  let isWider = false;
  for (const [index, glob] of wanted.entries()) {
    if (models.allow.length === 0 || models.allow.some((wide) => globCovers(wide, glob))) continue;
    isWider = true;
    widens(state, part, [...path, index], `${quoted(glob)} is no model that is allowed there`, path);
  }
  const now = state.merged.models.allow;
  if (wanted.length === 0 || isWider) return;
  const left =
    now.length === 0
      ? wanted
      : union(
          [],
          now.flatMap((one) => wanted.flatMap((two) => globsOfBoth(one, two))),
        );
  if (left.length === 0) {
    report(state, part, 'policy/contradiction', path, 'no model is left that every document allows', null);
    return;
  }
  state.merged.models.allow = left;
  state.sayers.set('models.allow', part);
}

type WrittenHost = WrittenPolicy['egress']['hosts'][number];

function layHosts(state: LayerState, { egress }: WrittenPolicy, part: PolicyPart): void {
  const path = ['egress', 'hosts'];
  const wanted = part.written.egress.hosts;
  for (const [index, entry] of wanted.entries()) {
    const wider = egress.hosts.filter((under) => hostCovers(under.host, entry.host));
    const closed = entry.ports.find((port) => !wider.some((under) => under.ports.includes(port)));
    if (closed === undefined) continue;
    const said =
      wider.length === 0
        ? `${quoted(entry.host)} is not reached there`
        : `port \`${closed}\` of ${quoted(entry.host)} is not reached there`;
    widens(state, part, [...path, index, wider.length === 0 ? 'host' : 'ports'], said, path);
  }
  const left = state.merged.egress.hosts.flatMap((one) => wanted.flatMap((two) => hostsOfBoth(one, two)));
  state.merged.egress.hosts = left.filter((entry, index) => left.findIndex((other) => isSame(entry, other)) === index);
  state.sayers.set('egress.hosts', part);
}

function layServers(state: LayerState, { mcp }: WrittenPolicy, part: PolicyPart): void {
  const path = ['mcp', 'servers'];
  const wanted = part.written.mcp.servers;
  for (const [name, server] of Object.entries(wanted)) {
    const under = Object.hasOwn(mcp.servers, name) ? mcp.servers[name] : undefined;
    if (under === undefined) {
      widens(state, part, [...path, name], `the server ${quoted(name)} is not there`, path);
    } else if (!isSame(under, server)) {
      widens(state, part, [...path, name], `the server ${quoted(name)} is another one there`, [...path, name]);
    }
  }
  const left = Object.entries(state.merged.mcp.servers).filter(([name]) => Object.hasOwn(wanted, name));
  state.merged.mcp.servers = Object.fromEntries(left);
  state.sayers.set('mcp.servers', part);
}

/** More is found: words are added to lists, and patterns under names of their own. */
function layCompany(state: LayerState, { company: before }: WrittenPolicy, part: PolicyPart): void {
  const { company } = state.merged;
  const wanted = part.written.company;
  for (const [name, words] of Object.entries(wanted.words)) {
    company.words[name] = union(Object.hasOwn(company.words, name) ? (company.words[name] ?? []) : [], words);
  }
  for (const [name, pattern] of Object.entries(wanted.patterns)) {
    const path = ['company', 'patterns', name];
    const held = Object.hasOwn(company.patterns, name) ? company.patterns[name] : undefined;
    if (held === undefined || held === pattern) company.patterns[name] = pattern;
    else if (Object.hasOwn(before.patterns, name)) {
      widens(state, part, path, `the pattern ${quoted(name)} is another one there`, path);
    } else {
      report(state, part, 'policy/contradiction', path, `two documents give the pattern ${quoted(name)}`, RENAME);
    }
  }
  for (const { fault } of listFaults(companyOf(company)).slice(0, 1)) {
    // Of the documents together: what each of them says alone has been looked at.
    if (isSaid(part, ['company'])) report(state, part, 'policy/contradiction', ['company'], fault, null);
  }
  for (const path of [
    ['company', 'words'],
    ['company', 'patterns'],
  ]) {
    if (isSaid(part, path)) state.sayers.set(path.join('.'), part);
  }
}

const RENAME = 'give one of them another name';

/** Refuses a field that only the base may have. */
function ofBaseAlone(state: LayerState, part: PolicyPart, path: FieldPath): void {
  if (!isSaid(part, path)) return;
  const message = `\`${fieldPathText(path)}\` is said by the base alone`;
  report(state, part, 'policy/layer-widens', path, message, 'leave it out here');
}

/**
 * Whether every text that one glob stands for is one that the other stands for. Never says yes wrongly: a `*` of the
 * narrow glob can only be met by a `*` of the wide one.
 */
export function globCovers(wide: string, narrow: string): boolean {
  return starGlobMatches(wide, narrow);
}

function globsOfBoth(one: string, two: string): readonly string[] {
  if (globCovers(one, two)) return [two];
  // Where two globs only overlap, nothing is left rather than too much.
  return globCovers(two, one) ? [one] : [];
}

/** Whether every host that one pattern stands for is one that the other stands for. */
export function hostCovers(wide: string, narrow: string): boolean {
  const [one, two] = [parseHostPattern(wide), parseHostPattern(narrow)];
  if (!one.ok || !two.ok) return false;
  if (one.pattern.kind === 'every') return true;
  if (two.pattern.kind === 'every') return false;
  if (one.pattern.kind === 'exact') return two.pattern.kind === 'exact' && one.pattern.host === two.pattern.host;
  const isSameDomain = two.pattern.kind === 'subdomains' && two.pattern.host === one.pattern.host;
  return isSameDomain || two.pattern.host.endsWith(`.${one.pattern.host}`);
}

function hostsOfBoth(one: WrittenHost, two: WrittenHost): readonly WrittenHost[] {
  const narrow = hostCovers(one.host, two.host) ? two : hostCovers(two.host, one.host) ? one : null;
  const ports = one.ports.filter((port) => two.ports.includes(port));
  return narrow === null || ports.length === 0 ? [] : [{ ...narrow, ports }];
}

function union(one: readonly string[], two: readonly string[]): string[] {
  return [...new Set([...one, ...two])];
}

/** Whether two checked values say the same; fields may stand in another order. */
function isSame(one: unknown, two: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof two !== 'object' || two === null) return one === two;
  const [names, others] = [Object.keys(one), Object.keys(two)];
  return (
    names.length === others.length &&
    names.every((name) => Object.hasOwn(two, name) && isSame(Reflect.get(one, name), Reflect.get(two, name)))
  );
}
