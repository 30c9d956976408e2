import type { DetectorId } from '../core/ids.ts';
import { nextState, valueAutomaton } from './value-automaton.ts';
import type { ValueAutomaton } from './value-automaton.ts';
import { LEAST_SIEVED_LENGTH, valueSieve } from './value-sieve.ts';
import { edgeRule, keepsEdges } from './word-edge.ts';
import type { EdgeRule } from './word-edge.ts';

/** A value that must not go on, wherever it stands, and what was said of it when it was seen first. */
export interface KnownValue {
  readonly value: string;
  readonly detectorId: DetectorId;
  readonly action: 'mask' | 'redact';
}

/** Half-open range in UTF-16 code units. */
export interface KnownPlace {
  readonly start: number;
  readonly end: number;
  readonly known: KnownValue;
}

/** Values that are looked for by themselves, without a detector. */
export interface KnownValues {
  /** Keeps what was said first. @returns false where the value is not looked for: the limits are reached. */
  add(known: KnownValue): boolean;
  /**
   * Where values stand in a range of a text: at each place the longest that ends there, none within another, by start.
   * A text that goes on beyond the range goes on with a letter there: what borders on it is no word of its own.
   *
   * Time is linear in the range, however many values there are and whatever they have in common. At most a tier per power
   * of four in the characters of all values reads each code unit once.
   */
  placesIn(text: string, from: number, to: number): KnownSearch;
}

export interface KnownSearch {
  readonly places: readonly KnownPlace[];
  /** Code units that were compared with values; the rest was passed over. Never more than the range has. */
  readonly compared: number;
}

export interface KnownValueLimits {
  readonly maxValues: number;
  /** UTF-16 code units of all values; each takes 18 bytes, and 30 while a tier is built. */
  readonly maxCharacters: number;
}

export const KNOWN_VALUE_LIMITS: KnownValueLimits = { maxValues: 100_000, maxCharacters: 4 * 1024 * 1024 };

/** Shorter values are in everything: they are masked where a detector sees them, and nowhere else. */
export const LEAST_KNOWN_LENGTH = LEAST_SIEVED_LENGTH;

/** A tier is built anew with those that are not so many times as large, so that a character is built into few. */
const TIER_RATIO = 3;

interface Tier {
  readonly automaton: ValueAutomaton;
  readonly rules: readonly EdgeRule[];
  readonly characters: number;
}

export function knownValues(limits: Partial<KnownValueLimits> = {}): KnownValues {
  const { maxValues, maxCharacters } = { ...KNOWN_VALUE_LIMITS, ...limits };
  const byValue = new Map<string, KnownValue>();
  const sieve = valueSieve();
  const tiers: Tier[] = [];
  let added: string[] = [];
  let characters = 0;

  const buildTiers = (): void => {
    if (added.length === 0) return;
    let values = added;
    added = [];
    let size = charactersOf(values);
    for (let last = tiers.at(-1); last !== undefined && last.characters <= TIER_RATIO * size; last = tiers.at(-1)) {
      values = values.concat(last.automaton.values);
      size += last.characters;
      tiers.pop();
    }
    const automaton = valueAutomaton(values);
    tiers.push({ automaton, rules: automaton.values.map(edgeRule), characters: size });
  };

  return {
    add: (known) => {
      const { value } = known;
      if (value.length < LEAST_KNOWN_LENGTH || byValue.has(value)) return true;
      if (byValue.size >= maxValues || characters + value.length > maxCharacters) return false;
      byValue.set(value, known);
      sieve.add(value, edgeRule(value).before);
      added.push(value);
      characters += value.length;
      return true;
    },
    placesIn: (text, from, to) => {
      buildTiers();
      const places: KnownPlace[] = [];
      let compared = 0;
      if (tiers.length === 0) return { places, compared };
      const states = new Int32Array(tiers.length);
      const isFree = (rule: EdgeRule, start: number, end: number): boolean =>
        !(rule.before && start === from && from > 0) &&
        !(rule.after && end === to && to < text.length) &&
        keepsEdges(rule, text, start, end);
      sieve.eachPlace(text, from, to, (at, least) => {
        states.fill(0);
        let next = at;
        for (let isWithin = true; next < to && (isWithin || next < least);) {
          const code = text.charCodeAt(next);
          next += 1;
          isWithin = false;
          let longest = '';
          for (let index = 0; index < tiers.length; index += 1) {
            const tier = tiers[index] as Tier;
            const state = nextState(tier.automaton, states[index] as number, code);
            states[index] = state;
            if (state === 0) continue;
            isWithin = true;
            const value = longestEnding(tier, state, next, isFree);
            if (value.length > longest.length) longest = value;
          }
          if (longest === '') continue;
          const start = next - longest.length;
          while ((places.at(-1)?.start ?? -1) >= start) places.pop();
          places.push({ start, end: next, known: byValue.get(longest) as KnownValue });
        }
        compared += next - at;
        return next;
      });
      return { places, compared };
    },
  };
}

/** Only short values are refused, and of those no more can end in one place than the longest of them has letters. */
function longestEnding(
  { automaton: { values, ending, shorterEnding }, rules }: Tier,
  state: number,
  end: number,
  isFree: (rule: EdgeRule, start: number, end: number) => boolean,
): string {
  let at = ending[state] === -1 ? (shorterEnding[state] as number) : state;
  for (; at !== 0; at = shorterEnding[at] as number) {
    const index = ending[at] as number;
    const value = values[index] as string;
    if (isFree(rules[index] as EdgeRule, end - value.length, end)) return value;
  }
  return '';
}

function charactersOf(values: readonly string[]): number {
  return values.reduce((sum, { length }) => sum + length, 0);
}
