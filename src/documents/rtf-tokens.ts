/** What an RTF file is made of. */
export type RtfToken =
  | { readonly kind: 'open' | 'close' | 'binary' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unicode'; readonly code: number }
  | { readonly kind: 'word'; readonly word: string; readonly value: number | null };

const [BACKSLASH, OPEN, CLOSE, QUOTE] = [0x5c, 0x7b, 0x7d, 0x27];
/** `\ansicpg` of files that do not say: Western European. */
const USUAL_CODE_PAGE = 1252;
const CODE_PAGES: Readonly<Record<number, string>> = {
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  10000: 'macintosh',
  65001: 'utf-8',
};

/** Splits an RTF file, its letters decoded by the code page that it names first. Linear, and never throws. */
export function* rtfTokens(bytes: Uint8Array): Generator<RtfToken, void> {
  const page = /\\ansicpg(\d{1,5})/.exec(Buffer.from(bytes.subarray(0, 1024)).toString('latin1'))?.[1];
  const decoder = decoderOf(Number(page ?? USUAL_CODE_PAGE));
  // Letters of two bytes may be written as one escape each, so bytes are decoded where a run of them ends.
  let letters: number[] = [];
  const flushed = function* (): Generator<RtfToken, void> {
    if (letters.length === 0) return;
    yield { kind: 'text', text: decoder.decode(Uint8Array.from(letters)) };
    letters = [];
  };
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte === BACKSLASH) {
      const control = controlAt(bytes, at + 1);
      at = control.next;
      if (control.letter !== null) letters.push(control.letter);
      else {
        yield* flushed();
        if (control.token !== null) yield control.token;
      }
    } else if (byte === OPEN || byte === CLOSE) {
      yield* flushed();
      yield { kind: byte === OPEN ? 'open' : 'close' };
      at += 1;
    } else {
      if (byte !== 0x0d && byte !== 0x0a && byte !== 0) letters.push(byte);
      at += 1;
    }
  }
  yield* flushed();
}

interface Control {
  readonly next: number;
  /** A byte of text that was written as an escape. */
  readonly letter: number | null;
  readonly token: RtfToken | null;
}

function controlAt(bytes: Uint8Array, at: number): Control {
  const first = bytes[at] ?? 0;
  if (first === BACKSLASH || first === OPEN || first === CLOSE) return { next: at + 1, letter: first, token: null };
  const ahead = Buffer.from(bytes.subarray(at, at + 64)).toString('latin1');
  if (first === QUOTE) {
    const hex = /^'([0-9a-fA-F]{2})/.exec(ahead)?.[1];
    return hex === undefined
      ? { next: at + 1, letter: null, token: null }
      : { next: at + 3, letter: Number.parseInt(hex, 16), token: null };
  }
  const word = /^([a-zA-Z]{1,32})(-?\d{1,10})? ?/.exec(ahead);
  if (word === null) return { next: at + 1, letter: null, token: signAt(first) };
  const [all, name = '', digits] = word;
  const value = digits === undefined ? null : Number(digits);
  const next = at + all.length;
  if (name === 'bin') return { next: next + Math.max(value ?? 0, 0), letter: null, token: { kind: 'binary' } };
  if (name === 'u' && value !== null) return { next, letter: null, token: { kind: 'unicode', code: value } };
  return { next, letter: null, token: { kind: 'word', word: name, value } };
}

/** `\~`, `\_`, a line end after a backslash; `\*` and others say nothing of the text. */
function signAt(byte: number): RtfToken | null {
  if (byte === 0x0d || byte === 0x0a) return { kind: 'word', word: 'par', value: null };
  const sign = String.fromCharCode(byte);
  return sign === '~' || sign === '_' ? { kind: 'word', word: sign, value: null } : null;
}

function decoderOf(page: number): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(CODE_PAGES[page] ?? `windows-${page}`);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder('windows-1252');
    throw error;
  }
}
