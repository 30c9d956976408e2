import type { ScanScene, ScanText } from '../scan/detector.ts';

/** How far before a number words are looked for that say what it is, in bytes. */
export const BEFORE_BYTES = 96;
/** The same behind its end. */
export const AFTER_BYTES = 40;

/** Whether the words near a place, in ASCII lower case, hold what the pattern looks for. */
export function hasContext({ latin1 }: ScanText, start: number, end: number, words: RegExp): boolean {
  const before = latin1.slice(Math.max(0, start - BEFORE_BYTES), start);
  const after = latin1.slice(end, end + AFTER_BYTES);
  // The number itself is left out, so that no word spans it.
  return words.test(`${before}\n${after}`.toLowerCase());
}

/** Whether words right before a place, in the same line or the one above it, hold what the pattern looks for. */
export function hasContextBefore({ latin1 }: ScanText, start: number, bytes: number, words: RegExp): boolean {
  return words.test(latin1.slice(Math.max(0, start - bytes), start).toLowerCase());
}

const CODE_NAME =
  /\.(?:[cm]?[jt]sx?|vue|svelte|py|pyi|go|rs|java|kt|kts|scala|swift|[ch]|cc|cpp|hpp|cs|fs|rb|php|pl|pm|lua|r|jl|dart|ex|exs|erl|hs|ml|clj|zig|sh|bash|zsh|fish|ps1|bat|sql|css|scss|less|html?|xml|svg|json|json5|jsonc|ya?ml|toml|ini|cfg|conf|lock|mod|sum|gradle|tf|proto|graphql|wasm|map|patch|diff|cedar|rego|ipynb|make|cmake|[a-z]*ignore|editorconfig|npmrc|nix|snap)$|(?:^|\/)(?:makefile|dockerfile|jenkinsfile|gemfile|rakefile|cmakelists\.txt)$/i;

/** Whether a file is code or configuration by its name, where a bare number is no person's. */
export function isCodeFile({ path }: ScanScene): boolean {
  return path !== null && CODE_NAME.test(path.slice(-200));
}

/** A byte of an ASCII letter or digit, of an underscore, or of any character beyond ASCII. */
export function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && WORD[byte] === 1;
}

/** A byte of an ASCII letter or digit. */
export function isAlphanumeric(byte: number | undefined): boolean {
  return byte !== undefined && byte < 0x80 && byte !== UNDERSCORE && WORD[byte] === 1;
}

/** A byte of an ASCII digit. */
export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

const UNDERSCORE = 0x5f;
const WORD = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /\w/.test(String.fromCharCode(byte)) ? 1 : 0,
);
