import { isAscii } from 'node:buffer';
import type { DetectorId } from '../../core/ids.ts';
import type { Finding } from '../../core/finding.ts';
import type { Detector, KeywordDetector, KindMatch, PassDetector, ScanScene } from './detector.ts';
import { withoutContained } from './contained.ts';
import { eachKeyword, keywordAutomaton } from './keyword-automaton.ts';
import type { KeywordAutomaton } from './keyword-automaton.ts';
import { utf16Lengths } from './utf16-length.ts';
import { utf16Text } from './utf16-text.ts';

/** Looks for everything that its detectors find, in one pass for all keywords. Holds no state between scans. */
export interface Scanner {
  /** The ids of its detectors, in no order that means anything. */
  readonly ids: readonly DetectorId[];
  /** Every detector judges a place by what lies within so many bytes of it. */
  readonly reachBytes: number;
  /**
   * Findings by where they start. They may overlap, but none lies within another that is at least as certain. Any bytes
   * are taken: what is no UTF-8 is read as far as it is, and UTF-16 with a byte order mark is read as such.
   * Linear in the length of the bytes; never throws.
   */
  scan(bytes: Uint8Array, scene: ScanScene): readonly Finding[];
  /** The same for a text in memory; bytes are those of its UTF-8. */
  scanText(text: string, scene: ScanScene): readonly Finding[];
}

/** What a scanner is made of, for streams: see `stream-scanner.ts`. */
export interface ScannerParts extends Scanner {
  /** Matches that start at `from` or behind it and before `to`, with positions in `bytes`. */
  rawMatches(bytes: Uint8Array, from: number, to: number, scene: ScanScene): readonly KindMatch[];
}

/** Long texts are scanned in parts of this size, so that strings made of them stay small. */
const PART_BYTES = 4 * 1024 * 1024;

/** @throws {TypeError} for a keyword or a reach that no detector may have. */
export function scanner(detectors: readonly Detector[]): ScannerParts {
  const table = tableOf(detectors);
  const reachBytes = Math.max(1, ...detectors.map((each) => each.reachBytes));
  if (!Number.isSafeInteger(reachBytes)) throw new TypeError('the reach of a detector is a number of bytes');
  const rawMatches: ScannerParts['rawMatches'] = (bytes, from, to, scene) => {
    // A match lies within the reach of its keyword, which is judged by what lies within its reach.
    const left = Math.max(0, from - 2 * reachBytes);
    const part = bytes.subarray(left, Math.min(bytes.length, to + 2 * reachBytes));
    const matches = matchesOf(table, part, scene).map((each) => ({
      ...each,
      start: each.start + left,
      end: each.end + left,
    }));
    const wanted = matches.filter(({ start }) => start >= from && start < to);
    return isAscii(part) ? wanted : wanted.map((each) => onCharacters(bytes, each));
  };
  const scanUtf8 = (bytes: Uint8Array, scene: ScanScene): readonly Finding[] => {
    const matches: KindMatch[] = [];
    for (let from = 0; from < bytes.length; from += PART_BYTES)
      for (const match of rawMatches(bytes, from, from + PART_BYTES, scene)) matches.push(match);
    return located(bytes, withoutContained(matches));
  };
  const scanText: Scanner['scanText'] = (text, scene) => scanUtf8(Buffer.from(text, 'utf8'), scene);
  return {
    ids: [...new Set(detectors.flatMap((each) => (each.how === 'keyword' ? [each.id] : each.ids)))],
    reachBytes,
    rawMatches,
    scan(bytes, scene) {
      const wide = utf16Text(bytes);
      if (wide === null) return scanUtf8(bytes, scene);
      return scanText(wide, scene).map((each) => ({
        ...each,
        startByte: BOM_BYTES + 2 * each.startUtf16,
        endByte: BOM_BYTES + 2 * each.endUtf16,
      }));
    },
    scanText,
  };
}

/** Length of a byte order mark in UTF-16. */
const BOM_BYTES = 2;

interface Table {
  readonly automaton: KeywordAutomaton;
  /** The detectors of each keyword. */
  readonly byKeyword: readonly (readonly KeywordDetector[])[];
  readonly passes: readonly PassDetector[];
}

function tableOf(detectors: readonly Detector[]): Table {
  const byKeyword = new Map<string, KeywordDetector[]>();
  for (const detector of detectors) {
    if (detector.how !== 'keyword') continue;
    for (const keyword of new Set(detector.keywords)) {
      const known = byKeyword.get(keyword);
      if (known === undefined) byKeyword.set(keyword, [detector]);
      else known.push(detector);
    }
  }
  return {
    automaton: keywordAutomaton([...byKeyword.keys()]),
    byKeyword: [...byKeyword.values()],
    passes: detectors.filter((each) => each.how === 'pass'),
  };
}

function matchesOf({ automaton, byKeyword, passes }: Table, bytes: Uint8Array, scene: ScanScene): KindMatch[] {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const text = { bytes, latin1, isAscii: isAscii(bytes), scene };
  const found: KindMatch[] = [];
  eachKeyword(automaton, bytes, (keyword, start, end) => {
    const detectors = byKeyword[keyword] as readonly KeywordDetector[];
    for (let at = 0; at < detectors.length; at += 1) {
      const detector = detectors[at] as KeywordDetector;
      const match = detector.matchAt(text, start, end);
      if (match !== null)
        found.push({ id: detector.id, start: match.start, end: match.end, confidence: match.confidence });
    }
  });
  for (const pass of passes) for (const match of pass.matches(text)) found.push(match);
  return found;
}

/** A match with the whole of the characters that it begins and ends in: detectors match bytes, and who cuts a text cuts characters. */
function onCharacters(bytes: Uint8Array, match: KindMatch): KindMatch {
  let { start, end } = match;
  for (let steps = 0; steps < MOST_CONTINUATIONS && start > 0 && isContinuation(bytes[start]); steps += 1) start -= 1;
  for (let steps = 0; steps < MOST_CONTINUATIONS && end < bytes.length && isContinuation(bytes[end]); steps += 1)
    end += 1;
  return start === match.start && end === match.end ? match : { ...match, start, end };
}

/** Bytes of a character behind its first one, at most (RFC 3629). */
const MOST_CONTINUATIONS = 3;

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function located(bytes: Uint8Array, matches: readonly KindMatch[]): readonly Finding[] {
  if (matches.length === 0) return [];
  const places = [...new Set(matches.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const lengths = utf16Lengths(bytes, places);
  return matches.map(({ id, start, end, confidence }) => ({
    detectorId: id,
    startByte: start,
    endByte: end,
    startUtf16: lengths.get(start) ?? start,
    endUtf16: lengths.get(end) ?? end,
    confidence,
  }));
}
