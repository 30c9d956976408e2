import { detectorId } from '../../core/ids.ts';
import type { KindMatch, PassDetector } from '../scan/detector.ts';
import { isDrawnRun, nextRun } from './base64-runs.ts';
import type { Base64Run } from './base64-runs.ts';

const ID = detectorId('secret/private-key-part');

/** OpenSSL, PuTTY, GnuPG and most others break lines at 64, OpenSSH at 70. At 76, as mail does, stands too much else. */
const SHORT_LINE = 64;
const LONG_LINE = 70;
const LEAST_LINES = 5;
/** A key of 8192 bits with something in front of its lines; what is longer is something else, such as an image. */
const MOST_BLOCK_BYTES = 13 * 1024;
/** Between two lines: the end of one, and what stands in front of the next. */
const MOST_GAP_BYTES = 120;
/** What stands around tells what the lines are. */
const AROUND_BYTES = 400;

/**
 * Lines out of the middle of a private key, as `sed -n 5,15p` shows them: at least five of one length that a program
 * breaks base64 at, drawn by chance, with the same in front of each, and nothing around that says they are something
 * else. Lines out of the middle of a certificate look the same.
 */
export const PRIVATE_KEY_PART: PassDetector = {
  how: 'pass',
  ids: [ID],
  reachBytes: MOST_BLOCK_BYTES + 2 * AROUND_BYTES,
  matches({ bytes, latin1 }) {
    const found: KindMatch[] = [];
    for (let at = STEP; at < bytes.length; at += STEP) {
      // Every line of 64 characters holds two places that are 32 apart, and all between them.
      if (!isLong(bytes, at)) continue;
      const first = lineAround(latin1, at);
      if (first === null) continue;
      const block = blockFrom(latin1, first);
      if (isKeyPart(latin1, block)) found.push({ id: ID, start: first.start, end: block.end, confidence: 0.7 });
      at = Math.max(at, block.end);
    }
    return found;
  },
};

const STEP = SHORT_LINE / 2;
const IN_LINE = Uint8Array.from({ length: 256 }, (_, code) =>
  /[A-Za-z0-9+/]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Whether a place is within so many characters of base64 as make a line, and not many more. */
function isLong(bytes: Uint8Array, at: number): boolean {
  if (IN_LINE[bytes[at] ?? 0] === 0 || IN_LINE[bytes[at - STEP] ?? 0] === 0) return false;
  let start = at;
  while (at - start <= LONG_LINE && start > 0 && IN_LINE[bytes[start - 1] ?? 0] === 1) start -= 1;
  if (at - start < STEP) return false;
  let end = at;
  while (end - start <= MOST_CHARACTERS && end < bytes.length && IN_LINE[bytes[end] ?? 0] === 1) end += 1;
  return end - start >= SHORT_LINE && end - start <= MOST_CHARACTERS;
}

/** An escape or a colour whose letter touches the line. */
const LONGEST_ESCAPE = 16;
/** The sign of a diff and the letter of an escape touch a line. */
const MOST_CHARACTERS = LONG_LINE + 2;

/** The line that a place is in, unless it has another length than those of keys. */
function lineAround(latin1: string, at: number): Base64Run | null {
  let start = at;
  while (start > 0 && IN_LINE[latin1.charCodeAt(start - 1)] === 1) start -= 1;
  const from = Math.max(0, start - LONGEST_ESCAPE);
  const line = lineBehind(latin1, from, start + 2 * LONG_LINE);
  return line !== null && (line.length === SHORT_LINE || line.length === LONG_LINE) ? line : null;
}

/** The next long run; a plus sign that a diff puts in front of it is none of its characters. */
function lineBehind(latin1: string, from: number, to: number): Base64Run | null {
  const run = nextRun(latin1, from, to, SHORT_LINE);
  if (run === null || latin1.charAt(run.start) !== '+' || !LINE_FEED_BEFORE.test(latin1.charAt(run.start - 1)))
    return run;
  const isLonger = run.length === SHORT_LINE + 1 || run.length === LONG_LINE + 1;
  return isLonger ? { start: run.start + 1, end: run.end, length: run.length - 1 } : run;
}

const LINE_FEED_BEFORE = /[\nn]/;

/** Lines of one length, one behind the other. */
interface Block {
  readonly lines: readonly Base64Run[];
  readonly length: number;
  readonly end: number;
}

/** Lines that are looked at; the others count. */
const SAMPLE_LINES = 8;

function blockFrom(latin1: string, first: Base64Run): Block {
  const lines = [first];
  let last = first;
  let [length, between] = [1, ''];
  for (;;) {
    const next = lineBehind(latin1, last.end, last.end + MOST_GAP_BYTES + 2 * LONG_LINE);
    if (next === null || next.length !== first.length || next.start - last.end > MOST_GAP_BYTES) break;
    const gap = outline(latin1.slice(last.end, next.start));
    if (length === 1) between = gap;
    else if (gap !== between) break;
    if (lines.length < SAMPLE_LINES) lines.push(next);
    length += 1;
    last = next;
  }
  return { lines: LINE_END.test(between) ? lines : [first], length, end: last.end };
}

/** Numbers count on, and take more room in front of them as they do. */
function outline(gap: string): string {
  return gap.replace(/\d{1,40}/g, '0').replace(/[ \t]{1,120}/g, ' ');
}

const LINE_END = /[\r\n]|\\[rn]|<br|[",]/;

function isKeyPart(latin1: string, { lines, length, end }: Block): boolean {
  const [first] = lines;
  if (first === undefined || length < LEAST_LINES || lines.length < LEAST_LINES) return false;
  if (end - first.start > MOST_BLOCK_BYTES) return false;
  const text = lines.map((line) => latin1.slice(line.start, line.end)).join('');
  if (!/[+/]/.test(text) || text.includes('=') || FILE_BEGIN.test(text)) return false;
  if (lines.filter((line) => isDrawnRun(latin1, line)).length < lines.length - 1) return false;
  const around = `${latin1.slice(Math.max(0, first.start - AROUND_BYTES), first.start)}\n${latin1.slice(end, end + AROUND_BYTES)}`;
  return !OTHER_BASE64.test(around);
}

/** What files begin with in base64: images, fonts, archives, documents, programs, and DER, of which keys are found as such. */
const FILE_BEGIN =
  /^(?:iVBOR|\/9j\/|R0lGOD|JVBERi|UEsDB|H4sI|AGFzbQ|d09G|T1RUTw|AAEAAAA|PD94|PHN2|UklGR|Qk0|MI[GI]|f0VM|TVqQ|QlpoO|\/Td6)/;

/** The marks of PEM, whose begin or end says what stands there, and words for base64 that is no private key. */
const OTHER_BASE64 =
  /-----|certificate|x509|public|signature|digest|dkim|ssh-|base64,|image|font|transfer-encoding|integrity|sha\d{3}/i;
