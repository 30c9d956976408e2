import { namesMeet } from '../core/path-pattern-glob.ts';
import type { NameToken } from '../core/path-pattern-glob.ts';
import { starGlobMatches } from '../core/command-pattern-glob.ts';
import { MARK } from './shell-word.ts';

/** Whether something matches; `maybe` where that depends on a word that is not known before it runs. */
export type Match = 'yes' | 'maybe' | 'no';

/** The better of two matches. */
export function either(one: Match, other: Match): Match {
  if (one === 'yes' || other === 'yes') return 'yes';
  return one === 'maybe' || other === 'maybe' ? 'maybe' : 'no';
}

/** The worse of two matches. */
export function both(one: Match, other: Match): Match {
  if (one === 'no' || other === 'no') return 'no';
  return one === 'maybe' || other === 'maybe' ? 'maybe' : 'yes';
}

/** The best match that any item gives. */
export function bestOf<Item>(items: Iterable<Item>, matchOf: (item: Item) => Match): Match {
  let best: Match = 'no';
  for (const item of items) {
    best = either(best, matchOf(item));
    if (best === 'yes') return best;
  }
  return best;
}

/** Longest text with unknown parts that is compared with a glob; a longer one counts as `maybe`. */
const MAX_COMPARED_LENGTH = 500;

/** Whether a glob with `*` matches a word that may hold unknown parts. */
export function matchGlob(glob: string, text: string): Match {
  if (!MARK.test(text)) return starGlobMatches(glob, text) ? 'yes' : 'no';
  // Whatever the unknown part is, `PATH=$x` begins with `PATH=`.
  if (/^[^*]+\*$/.test(glob) && text.startsWith(glob.slice(0, -1))) return 'yes';
  if (text.length > MAX_COMPARED_LENGTH) return 'maybe';
  return namesMeet(tokensOf(glob), tokensOf(text)) ? 'maybe' : 'no';
}

function tokensOf(text: string): readonly NameToken[] {
  return text
    .split('')
    .map((character): NameToken => (character === '*' || MARK.test(character) ? 'anything' : { character }));
}
