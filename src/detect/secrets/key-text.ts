import { COLOUR_SHAPE, isDrawnRun, nextRun, runsBetween } from './base64-runs.ts';
import type { Base64Run } from './base64-runs.ts';
import { isMadeUp } from './placeholder.ts';
import { entropyBits } from './randomness.ts';

/**
 * A key of 8192 bits takes 6.4 KB in PEM, and as much again where every line has something in front of it; what lies
 * behind this bound is not covered by a finding.
 */
export const KEY_REACH_BYTES = 14 * 1024;
/** How far from where a key begins its text is read, so that marks at its end lie within the reach. */
export const KEY_TEXT_BYTES = KEY_REACH_BYTES - 400;

/** Between two lines of a key, and before the first: what a program that shows lines, or a log, puts there. */
const MOST_GAP_BYTES = 512;
/** The smallest key, of Ed25519, takes 64; what is shorter only shows the format. */
const SHORTEST_KEY = 20;
/** Shorter ones stand in what is in front of lines. */
const SHORTEST_LINE = 16;
/** Lines of a key are as long as the first, but for the last. No tool breaks them so early. */
const SHORTEST_FULL_LINE = 40;
/** So many lines say whether what follows was drawn by chance: the first of OpenSSH are mostly zeros. */
const MOST_JUDGED = 6;
const KEY_MARK = /-{4,5} ?(?:BEGIN|END)\b/i;
const END_MARK = new RegExp(`-{4,5} ?END(?:[ A-Z0-9_+-]|%20|${COLOUR_SHAPE}){0,60}?-{4,5}`, 'iy');

/**
 * Where the text of a key that begins at `from` ends, its end mark included; null where no key stands. Whatever stands in
 * front of each line and behind it belongs to it: numbers, names of files, signs of comments and of diffs, times.
 *
 * @param stop the mark of its end, where it is none of PEM; that is not included.
 */
export function keyTextEnd(latin1: string, from: number, stop?: RegExp): number | null {
  const window = latin1.slice(from, from + KEY_TEXT_BYTES);
  const mark = window.search(stop ?? KEY_MARK);
  const to = from + (mark < 0 ? window.length : mark);
  const plainEnd = plainTextEnd(latin1, from, to);
  END_MARK.lastIndex = to;
  const endMark = mark < 0 || stop !== undefined ? 0 : (END_MARK.exec(latin1)?.[0].length ?? 0);
  const isEnded = endMark > 0 || (mark >= 0 && stop !== undefined);
  if (isEnded && reaches(latin1, from, to, plainEnd !== null)) return to + endMark;
  const linedEnd = cutTextEnd(latin1, from, to);
  return plainEnd === null ? linedEnd : Math.max(plainEnd, linedEnd ?? 0);
}

/** Where the lines of a key begin whose end mark stands at `to`, and whose begin is cut off; null where none stand. */
export function keyTextStart(latin1: string, to: number): number | null {
  const earliest = Math.max(0, to - KEY_TEXT_BYTES);
  // No key reaches beyond the mark of another.
  const mark = latin1.slice(earliest, to).lastIndexOf('-----');
  const from = mark < 0 ? earliest : earliest + mark;
  const runs: Base64Run[] = [];
  for (
    let run = nextLine(latin1, from, to, SHORTEST_LINE);
    run !== null;
    run = nextLine(latin1, run.end, to, SHORTEST_LINE)
  )
    runs.push(run);
  let next = to;
  let [lines, full, judged] = [0, 0, 0];
  let isDrawn = false;
  let sample = '';
  for (const run of runs.toReversed()) {
    if (next - run.end > MOST_GAP_BYTES) break;
    if (run.length >= SHORTEST_FULL_LINE) {
      // The last line may be shorter; whatever else is shorter stands in front of a line.
      if (lines > 1 ? run.length !== full : run.length < full) break;
      full = run.length;
      lines += 1;
    } else if (lines > 0) continue;
    if (!isDrawn && judged < MOST_JUDGED) isDrawn = isDrawnRun(latin1, run);
    judged += 1;
    sample ||= latin1.slice(run.start, run.end);
    next = run.start;
  }
  return isDrawn && !isMadeUp(sample.slice(0, 64)) ? next : null;
}

/** Whether what lies between a key's begin and its end is base64 all the way, with no more in between than lines have. */
function reaches(latin1: string, from: number, to: number, isPlain: boolean): boolean {
  let isDrawn = isPlain;
  let [last, judged] = [from, 0];
  for (
    let run = nextRun(latin1, from, to, SHORTEST_LINE);
    run !== null;
    run = nextRun(latin1, last, to, SHORTEST_LINE)
  ) {
    if (run.start - last > MOST_GAP_BYTES || (!isDrawn && judged === MOST_JUDGED)) return false;
    judged += 1;
    isDrawn ||= isDrawnRun(latin1, run) && !isMadeUp(latin1.slice(run.start, run.end).slice(0, 64));
    last = run.end;
  }
  return isDrawn && to - last <= MOST_GAP_BYTES;
}

/** The end of the last line of a key that is cut, and whose lines stand behind something. */
function cutTextEnd(latin1: string, from: number, to: number): number | null {
  const lines: Base64Run[] = [];
  let drawn: Base64Run | null = null;
  for (let run = nextLine(latin1, from, to); run !== null; run = nextLine(latin1, run.end, to)) {
    const [first, before] = [lines[0], lines.at(-1)];
    if (run.start - (before?.end ?? from) > MOST_GAP_BYTES || (first !== undefined && run.length > first.length)) break;
    lines.push(run);
    if (drawn === null && isDrawnRun(latin1, run)) drawn = run;
    if (drawn === null && lines.length === MOST_JUDGED) return null;
    if (first !== undefined && run.length < first.length) break;
  }
  const [last, before] = [lines.at(-1), lines.at(-2)];
  if (last === undefined || drawn === null || isMadeUp(latin1.slice(drawn.start, drawn.start + 64))) return null;
  return before === undefined || last.length < before.length ? last.end : shortLineEnd(latin1, before, last, to);
}

/** The next run that may be a line; the hash of a commit stands in front of one. */
function nextLine(latin1: string, from: number, to: number, least = SHORTEST_FULL_LINE): Base64Run | null {
  let run = nextRun(latin1, from, to, least);
  while (run?.length === COMMIT_CHARACTERS && COMMIT.test(latin1.slice(run.start, run.end)))
    run = nextRun(latin1, run.end, to, least);
  return run;
}

const COMMIT_CHARACTERS = 40;
const COMMIT = /^[0-9a-f]{40}$/;

/** The end of a shorter line behind the last full one, where what stands in front of it is like that of the others. */
function shortLineEnd(latin1: string, before: Base64Run, last: Base64Run, to: number): number {
  const wanted = outline(latin1.slice(before.end, last.start));
  const limit = Math.min(to, last.end + MOST_GAP_BYTES);
  for (const run of runsBetween(latin1, last.end, limit, 1)) {
    if (outline(latin1.slice(last.end, run.start)) === wanted) return run.end;
    if (run.start - last.end > last.start - before.end + OUTLINE_SLACK_BYTES) break;
  }
  return last.end;
}

/** Numbers that count on take a digit more. */
const OUTLINE_SLACK_BYTES = 8;

function outline(gap: string): string {
  return gap.replace(/\d{1,40}/g, '0').replace(/\s{1,80}/g, ' ');
}

/**
 * Headers of PEM and of PGP armour, and line ends: also as an escape and between literals, with the signs of quotes, of
 * comments and of diffs.
 */
const KEY_HEADERS =
  /(?:(?:[\s"'`+,>|#*]|\\[nrt"]){0,60}(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|X-[A-Za-z-]{1,20}):[^\n\\]{0,100}){0,8}(?:[\s"'`+,>|#*]|\\[nrt"]){0,80}/y;
const KEY_LINE = /[A-Za-z0-9+/=]{1,14336}/y;
const BETWEEN_LINES = /(?:[\s"'`+,>|#*]|\\[nrt"/]){1,80}/y;

/** Where base64 that begins at once, and has nothing but signs between its lines, ends. */
function plainTextEnd(latin1: string, from: number, to: number): number | null {
  KEY_HEADERS.lastIndex = from;
  let at = from + (KEY_HEADERS.exec(latin1)?.[0].length ?? 0);
  const sample: string[] = [];
  let [bytes, end] = [0, at];
  while (at < to) {
    KEY_LINE.lastIndex = at;
    const line = KEY_LINE.exec(latin1)?.[0].slice(0, to - at) ?? '';
    // A word of a sentence is no line of a key; its last line may be short.
    if (line === '' || (bytes === 0 && line.length < SHORTEST_KEY)) break;
    bytes += line.length;
    if (sample.length < 8) sample.push(line.slice(0, 80));
    end = at + line.length;
    BETWEEN_LINES.lastIndex = end;
    const gap = BETWEEN_LINES.exec(latin1)?.[0].length ?? 0;
    at = end + gap;
    if (gap === 0 || (line.length < 16 && !line.endsWith('='))) break;
  }
  const text = sample.join('');
  return bytes < SHORTEST_KEY || entropyBits(text) < 3 || isMadeUp(text.slice(0, 64)) ? null : end;
}
