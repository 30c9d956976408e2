import type { Fault, FieldPath } from './fault.ts';
import type { PolicyDocument } from './read-document.ts';

/**
 * Letters of other scripts and the Latin ones that they are taken for (Unicode Technical Standard 39, the part that
 * whole commands, hosts and ids can be spelled with).
 */
const LATIN_TWINS: ReadonlyMap<string, string> = twins([
  ['аеорсухіјѕԛԝһԁӏ', 'aeopcyxijsqwhdl'],
  ['АВЕЅІЈКМНОРСТУХԚԜ', 'ABESIJKMHOPCTYXQW'],
  ['αορν', 'aopv'],
  ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
  ['օսրցհոյ', 'ouphgnj'],
  ['ɡıɑᴏᴄꜱ', 'giaocs'],
]);

/** Letters that pass for Latin ones only in the middle of a Latin word. */
const LATIN_COUSINS: ReadonlyMap<string, string> = twins([
  ['вкмнтгь', 'bkmhtrb'],
  ['ικτυγεηωχ', 'iktuyenwx'],
]);

function twins(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map(
    pairs.flatMap(([odd, latin]) => Array.from(odd, (letter, index) => [letter, latin[index] ?? ''] as const)),
  );
}

/** Lists and names whose words decide what is matched. Reasons and names of people may be written in any script. */
const MATCHED_FIELDS: ReadonlySet<string> = new Set(
  'id run unless paths except hosts host tools server rule protected_branches'.split(' '),
);
const MATCHED_FAMILIES: ReadonlySet<string> = new Set(['models', 'servers', 'rules']);

/** Faults found in one text at most; a hostile one could hold a million. */
const MAX_LOOK_ALIKES = 200;

/**
 * Words of ids, hosts, commands, paths and names that read as Latin and are not: a rule on `сurl` with a Cyrillic `с` stops
 * nothing. A word wholly in another script that has letters of its own, such as a Russian host, is what it is.
 */
export function lookAlikeFaults(document: PolicyDocument): readonly Fault[] {
  const faults: Fault[] = [];
  const visit = (value: unknown, path: FieldPath): void => {
    if (faults.length >= MAX_LOOK_ALIKES) return;
    if (typeof value === 'string') {
      if (isMatched(path)) faults.push(...faultsIn(value, path, 'value', document));
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, [...path, index]);
      return;
    }
    for (const [name, item] of Object.entries(value)) {
      if (MATCHED_FAMILIES.has(String(path.at(-1)))) faults.push(...faultsIn(name, [...path, name], 'key', document));
      visit(item, [...path, name]);
    }
  };
  visit(document.value, []);
  return faults;
}

function isMatched(path: FieldPath): boolean {
  const field = path.findLast((part) => typeof part === 'string') ?? '';
  // The environment and the arguments of a server are its own business.
  if (path[0] === 'mcp' && path[1] === 'servers') return false;
  return MATCHED_FIELDS.has(field) || path[0] === 'models';
}

function faultsIn(text: string, path: FieldPath, part: 'key' | 'value', document: PolicyDocument): readonly Fault[] {
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const found = lookAlikeIn(word);
    if (found === null) continue;
    const at = index + found.at;
    const code = found.letter.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
    const isFullWidth = found.latin === found.letter.normalize('NFKC');
    return [
      {
        code: 'policy/look-alike',
        severity: 'error',
        message: `\`${found.letter}\` (U+${code}) is not the letter \`${found.latin}\` that it looks like`,
        hint: isFullWidth ? 'write it in plain letters' : 'type the word anew, in Latin letters',
        path,
        offset: part === 'key' ? document.offsetOf(path, 'key') : document.offsetInside(path, at),
      },
    ];
  }
  return [];
}

/** The first letter of a word that reads as a Latin one and is not, or null. */
export function lookAlikeIn(
  word: string,
): { readonly at: number; readonly letter: string; readonly latin: string } | null {
  let first: { readonly at: number; readonly letter: string; readonly latin: string } | null = null;
  let hasLatin = false;
  let hasOwn = false;
  let at = 0;
  for (const letter of word) {
    const cousin = LATIN_COUSINS.get(letter) ?? null;
    const latin = twinOf(letter) ?? cousin;
    if (/[A-Za-z]/.test(letter)) hasLatin = true;
    else if (latin !== null) first ??= { at, letter, latin };
    if (cousin !== null || (latin === null && /[^\P{L}A-Za-z]/u.test(letter))) hasOwn = true;
    at += letter.length;
  }
  if (first === null) return null;
  return hasLatin || !hasOwn ? first : null;
}

function twinOf(letter: string): string | null {
  const twin = LATIN_TWINS.get(letter);
  if (twin !== undefined) return twin;
  const plain = letter.normalize('NFKC');
  return plain !== letter && /^[A-Za-z]$/.test(plain) ? plain : null;
}
