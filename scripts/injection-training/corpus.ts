import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ATTACK_GRAMMAR, ATTACKS } from './attack-grammar.ts';
import { HARMLESS, HARMLESS_GRAMMAR } from './benign-grammar.ts';
import { HARMLESS_PROMPT_GRAMMAR, HARMLESS_PROMPTS } from './harmless-prompts.ts';
import { fill, pick, seeded } from './grammar.ts';
import type { Grammar } from './grammar.ts';

/** A text with what is known of it. */
export interface Sample {
  readonly text: string;
  readonly isAttack: boolean;
  /** Where it comes from: a data set, a repository, or `made` for texts out of our own grammars. */
  readonly origin: string;
  /** Texts of one family are never split between training and scoring. */
  readonly family: string;
  readonly kind: string;
}

/** Data sets whose attacks are attacks by their words alone. */
export const ATTACK_FILES = ['deepset', 'spikee', 'jailbreaks-inthewild', 'injecagent'] as const;
export const PROSE = 'prose';
const HARMLESS_FILES = ['dev-docs', 'dev-code', 'tldr-pages'] as const;
/** Sentences of all kinds, made from templates: what people write who want nothing of a model. */
const PROSE_FILE = 'presidio-synth-v2';

/** Reads the public data in `folder`: see its README. @throws where a file of it is missing. */
export function readCorpus(folder: string): readonly Sample[] {
  const attacks = ATTACK_FILES.flatMap((name) => readRows(join(folder, 'injection', `${name}.jsonl`), name));
  const harmless = HARMLESS_FILES.flatMap((name) => readRows(join(folder, 'benign', `${name}.jsonl`), null));
  const prose = readRows(join(folder, 'pii', `${PROSE_FILE}.jsonl`), PROSE).map((row) => ({ ...row, kind: 'chat' }));
  return [...withFamilies(attacks), ...harmless, ...prose];
}

/** Whether the public data lies in `folder`. */
export function hasCorpus(folder: string): boolean {
  return existsSync(join(folder, 'injection', 'deepset.jsonl'));
}

/** Texts of our own: attacks and harmless ones that look like them, the same for the same seed. */
export function madeSamples(seed: number, ofEach: number): readonly Sample[] {
  const random = seeded(seed);
  const make = (families: Grammar, grammar: Grammar, isAttack: boolean): Sample[] =>
    Object.entries(families).flatMap(([family, texts]) =>
      Array.from({ length: ofEach }, () => ({
        text: fill(pick(texts, random), grammar, random).trim(),
        isAttack,
        origin: 'made',
        family,
        kind: family,
      })),
    );
  // What attacks hide behind is harmless by itself.
  const harmless: Grammar = {
    ...HARMLESS_GRAMMAR,
    ...HARMLESS_PROMPT_GRAMMAR,
    question: ATTACK_GRAMMAR['question'] ?? [],
  };
  return [...make(ATTACKS, ATTACK_GRAMMAR, true), ...make({ ...HARMLESS, ...HARMLESS_PROMPTS }, harmless, false)];
}

function readRows(file: string, origin: string | null): Sample[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const row = JSON.parse(line) as { text: string; label: string; kind: string; source: string };
      return {
        text: row.text,
        isAttack: row.label === 'injection',
        origin: origin ?? row.source,
        family: row.kind,
        kind: row.kind,
      };
    });
}

/**
 * Rows that share a long run of words are of one family, whatever their data set calls them: what one says, the other
 * says as well.
 */
function withFamilies(samples: readonly Sample[]): readonly Sample[] {
  const parent = samples.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at] ?? at] ?? at;
      at = parent[at] ?? at;
    }
    return at;
  };
  const seen = new Map<string, number>();
  samples.forEach(({ text, origin }, index) => {
    if (!CLUSTERED.has(origin)) return;
    const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
    for (let from = 0; from + SHINGLE_WORDS <= words.length; from += 1) {
      const shingle = `${origin} ${words.slice(from, from + SHINGLE_WORDS).join(' ')}`;
      const other = seen.get(shingle);
      if (other === undefined) seen.set(shingle, index);
      else parent[root(index)] = root(other);
    }
  });
  return samples.map((sample, index) => {
    if (!CLUSTERED.has(sample.origin)) return { ...sample, family: attackName(sample) };
    return { ...sample, family: `${sample.origin} ${root(index)}` };
  });
}

const CLUSTERED: ReadonlySet<string> = new Set(['deepset', 'jailbreaks-inthewild']);
const SHINGLE_WORDS = 9;

/** The attack without the place where it stands: `indirect/document/debug/xss` is `debug`. */
function attackName({ kind, origin }: Sample): string {
  const parts = kind.split('/');
  return `${origin} ${parts.length > 2 ? (parts.at(-2) ?? '') : kind}`;
}
