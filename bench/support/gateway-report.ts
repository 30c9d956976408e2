import { availableParallelism, loadavg } from 'node:os';
import { PORTKEY } from './gateway-portkey.ts';
import { SYNC, median } from './gateway-rounds.ts';
import type { Round, Rounds } from './gateway-rounds.ts';
import { OURS, OURS_IN_MEMORY } from './gateway-stage.ts';
import type { CandidateName } from './gateway-stage.ts';

/** One line of the bench. */
export type Told = { readonly name: string } & Readonly<Record<string, Cell>>;
type Cell = string | number | boolean | null | readonly (string | number)[];

/** Prints a line of the bench, with the load of the machine beside it; for people too, where it holds a figure. */
export function told(line: Told): void {
  const [load = 0] = loadavg();
  const whole = { bench: 'gateway', ...line, load: round(load), machine: `shared, ${availableParallelism()} cores` };
  process.stdout.write(`${JSON.stringify(whole)}\n`);
  if (line['median'] !== undefined) process.stderr.write(`${shown(line)}\n`);
}

function shown(line: Told): string {
  const cell = (name: string, before = ''): string =>
    line[name] === undefined || line[name] === null ? '' : `${before}${line[name].toString()}`;
  const value = `${cell('median')} ${cell('unit')} (${cell('min')}-${cell('max')}${cell('quiet', ', quiet ')})`;
  const ratio = cell('ratio') === '' ? '' : `, ${cell('ratio')} of ${cell('against')}`;
  const bars = [cell('limit', 'limit '), cell('ratioLimit', 'ratio ')].filter((one) => one !== '').join(', ');
  const reached =
    cell('isReached') === '' ? '' : `, ${line['isReached'] === true ? 'reached' : 'NOT reached'}: ${bars}`;
  return `${line.name.padEnd(64)} ${value}${ratio}${reached}`;
}

/**
 * Reports what each adds to the direct way, in milliseconds.
 *
 * @param limits `ms` for ours; `ofPeer` is how much of what the peer adds ours may, null where nothing is said of it.
 */
export function reportAdded(
  what: string,
  rounds: Rounds,
  limits: { readonly ms: number; readonly ofPeer: number | null },
): void {
  const direct = rounds.get('direct') ?? [];
  const added = new Map(
    [...rounds].map(([who, own]) => [who, own.map(({ value }, at) => value - (direct[at]?.value ?? 0))] as const),
  );
  const theirs = added.get(PORTKEY);
  const peer = theirs === undefined ? null : median(theirs);
  for (const [who, values] of added) {
    if (who === 'direct' || who === SYNC) {
      const whole = rounds.get(who)?.map(({ value }) => value) ?? [];
      told({ name: `${what}: ${who}, in all`, unit: 'ms', ...spread(whole) });
      continue;
    }
    const value = median(values);
    const ratio = peer === null ? null : value / peer;
    const isWithin = value <= limits.ms && (limits.ofPeer === null || (ratio !== null && ratio <= limits.ofPeer));
    told({
      name: `${what}: ${who}`,
      unit: 'ms',
      ...spread(values),
      // Others on the machine only ever make a round slower: what the quietest rounds of both differ by.
      quiet: round(least(rounds.get(who)) - least(direct)),
      against: PORTKEY,
      ratio: ratio === null ? null : round(ratio),
      cpuMsPerRequest: cpuOf(rounds.get(who)),
      ...(isOurs(who) ? { limit: limits.ms, ratioLimit: limits.ofPeer, isReached: isWithin } : {}),
    });
  }
}

/** Reports how many a second go through each. @param factor how many times the rate of `against` ours is to have. */
export function reportRates(what: string, rounds: Rounds, against: CandidateName, factor: number): void {
  const theirs = rounds.get(against)?.map(({ value }) => value);
  for (const [who, own] of rounds) {
    const values = own.map(({ value }) => value);
    const ratio = theirs === undefined ? null : median(values) / median(theirs);
    told({
      name: `${what}: ${who}`,
      unit: '1/s',
      ...spread(values),
      against,
      ratio: ratio === null ? null : round(ratio),
      cpuMsPerRequest: cpuOf(own),
      ...(isOurs(who) ? { ratioLimit: factor, isReached: ratio !== null && ratio >= factor } : {}),
    });
  }
}

/** Four digits, which is more than such figures hold. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}

function isOurs(who: CandidateName | typeof SYNC): boolean {
  return who === OURS || who === OURS_IN_MEMORY;
}

function spread(values: readonly number[]): { readonly median: number; readonly min: number; readonly max: number } {
  return { median: round(median(values)), min: round(Math.min(...values)), max: round(Math.max(...values)) };
}

function least(rounds: readonly Round[] | undefined): number {
  return Math.min(...(rounds?.map(({ value }) => value) ?? []));
}

function cpuOf(rounds: readonly Round[] | undefined): number | null {
  const costs = rounds?.flatMap(({ cpuMs }) => (cpuMs === null ? [] : [cpuMs])) ?? [];
  return costs.length === 0 ? null : round(costs.reduce((sum, cost) => sum + cost, 0) / costs.length);
}
