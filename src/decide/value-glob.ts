import { GLOB_ANY, GLOB_ONE, GLOB_RUN } from './shell-word.ts';

/** A set of characters in which none is special, so that it ends at its first `]`. */
const PLAIN_SET = /\[[!^]?[^\][\\/!^\uDC00-\uDC06][^\][\\/\uDC00-\uDC06]*\]/g;
/** What a shell may read in more ways than one, depending on what follows: an escape, another set, an extended glob. */
const ODD = /\\|\[|[?*+@!]\(/;

/** Globs within the value of an unquoted expansion are globs again. */
export interface GlobbedValue {
  /** The value with marks in place of its globs. */
  readonly text: string;
  /** It ends within a glob that the rest of the name may end. */
  readonly isOpen: boolean;
}

/** Marks the globs within the value of an unquoted expansion. What is not one for sure is marked as if it were. */
export function globbed(value: string, hasDotglob: boolean): GlobbedValue {
  if (!/[*?[\\(]/.test(value)) return { text: value, isOpen: false };
  const [one, run] = hasDotglob ? [GLOB_ANY, GLOB_ANY] : [GLOB_ONE, GLOB_RUN];
  let isOpen = false;
  const parts = value.split('/').map((part) => {
    const marked = part.replaceAll(PLAIN_SET, one);
    const at = marked.search(ODD);
    const front = at < 0 ? marked : marked.slice(0, at);
    isOpen = at >= 0 && /[[(]/.test(marked.slice(at));
    const plain = front.replaceAll('*', run).replaceAll('?', one);
    return at < 0 ? plain : plain + GLOB_ANY + unknownOf(marked.slice(at));
  });
  return { text: parts.join('/'), isOpen };
}

/** Where in the text of a word a glob begins that a value behind it would end; null where there is none. */
export function globEndedBy(text: string, value: string): number | null {
  const slash = value.indexOf('/');
  const part = slash < 0 ? value : value.slice(0, slash);
  if (part.startsWith('(') && /[?*+@!\uDC02-\uDC04]$/.test(text)) return text.length - 1;
  if (!part.includes(']')) return null;
  const start = text.indexOf('[', text.lastIndexOf('/') + 1);
  return start < 0 ? null : start;
}

/** What is left of text that stands within a glob: nothing up to the end of the name, but for what may be any text. */
export function swallowed(text: string): string {
  const slash = text.indexOf('/');
  return slash < 0 ? unknownOf(text) : unknownOf(text.slice(0, slash)) + text.slice(slash);
}

/** Each part that may hold more than a name does, with any text around it. */
function unknownOf(text: string): string {
  return text
    .replaceAll(/[^\uDC00\uDC01\uDC05\uDC06]+/g, '')
    .replaceAll(/[\uDC00\uDC01\uDC05\uDC06]/g, `$&${GLOB_ANY}`);
}
