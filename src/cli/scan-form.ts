/** What the bytes of a content are. */
export type ContentForm = 'text' | 'utf-16le' | 'utf-16be' | 'binary';

/** Bytes at the beginning that tell the form. */
const SAMPLE_BYTES = 8 * 1024;
/** From how many control characters on, and which share of them, a content is no text: a few must not take the rules for text away. */
const BINARY_COUNT = 8;
const BINARY_SHARE = 0.03;
/** From which share of zeros on every second byte, and under which on the others, a content is UTF-16 without its mark. */
const WIDE_SHARE = 0.4;
const WIDE_REST = 0.1;

/** Tells the form of a content by its first bytes. */
export function contentForm(first: Uint8Array): ContentForm {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le';
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be';
  const sample = first.subarray(0, SAMPLE_BYTES);
  let [evenZeros, oddZeros, controls] = [0, 0, 0];
  for (const [at, byte] of sample.entries()) {
    if (byte === 0 && at % 2 === 0) evenZeros += 1;
    else if (byte === 0) oddZeros += 1;
    if (isControl(byte)) controls += 1;
  }
  const half = sample.length / 2;
  if (oddZeros > WIDE_SHARE * half && evenZeros <= WIDE_REST * half) return 'utf-16le';
  if (evenZeros > WIDE_SHARE * half && oddZeros <= WIDE_REST * half) return 'utf-16be';
  return controls > Math.max(BINARY_COUNT, BINARY_SHARE * sample.length) ? 'binary' : 'text';
}

/** Tab, line feed, vertical tab, form feed, carriage return, backspace and escape are in texts. */
function isControl(byte: number): boolean {
  return byte < 0x08 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b) || byte === 0x7f;
}

/** Turns a content of one form into what is scanned, piece by piece. */
export interface FormReader {
  push(piece: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

/** Text as it is, UTF-16 as the UTF-8 of it, and of other contents the runs of printable ASCII at the places they have. */
export function formReader(form: ContentForm): FormReader {
  switch (form) {
    case 'text':
      return { push: (piece) => piece, end: () => new Uint8Array() };
    case 'utf-16le':
    case 'utf-16be': {
      const decoder = new TextDecoder(form);
      return {
        push: (piece) => Buffer.from(decoder.decode(piece, { stream: true }), 'utf8'),
        end: () => Buffer.from(decoder.decode(), 'utf8'),
      };
    }
    case 'binary':
      return printableRuns();
  }
}

/** Shorter runs of printable characters come about by chance. */
const LEAST_RUN_BYTES = 8;

/** All other bytes become zeros, so that no detector reads across them. */
function printableRuns(): FormReader {
  // The beginning of a run that the next piece may go on with, and whether a run goes on that is long enough already.
  let held: Uint8Array = new Uint8Array();
  let isLong = false;
  const cleaned = (bytes: Buffer, isLast: boolean): Uint8Array => {
    let runStart = 0;
    for (const [at, byte] of bytes.entries()) {
      if (isPrintable(byte)) continue;
      if (!isLong && at - runStart < LEAST_RUN_BYTES) bytes.fill(0, runStart, at);
      bytes[at] = 0;
      isLong = false;
      runStart = at + 1;
    }
    isLong ||= bytes.length - runStart >= LEAST_RUN_BYTES;
    if (isLong) return bytes;
    if (isLast) return bytes.fill(0, runStart);
    held = bytes.subarray(runStart);
    return bytes.subarray(0, runStart);
  };
  return {
    push(piece) {
      const bytes = Buffer.concat([held, piece]);
      held = new Uint8Array();
      return cleaned(bytes, false);
    },
    end: () => cleaned(Buffer.from(held), true),
  };
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d);
}
