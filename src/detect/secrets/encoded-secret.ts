import { isAscii } from 'node:buffer';
import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector, Match, ScanText } from '../scan/detector.ts';
import { keywordAutomaton, eachKeyword } from '../scan/keyword-automaton.ts';

/** How much of a run is decoded: in front of the marker for the name of an assignment, behind it for the value. */
const BEFORE_CHARACTERS = 96;
const BEHIND_CHARACTERS = 640;
/** A private key in base64 once more. */
const KEY_CHARACTERS = 10 * 1024;
const RUN_CHARACTERS = 4096;

/**
 * Secrets in a run of base64 or of hex. No run is decoded but where a marker, such as the prefix of a token, stands in it
 * as it looks when encoded: the three ways in which three bytes may fall on four characters. The match is the whole run.
 */
export function encodedSecret(inner: readonly KeywordDetector[]): KeywordDetector {
  const encodings = MARKERS.flatMap(encodingsOf);
  const byKeyword = Map.groupBy(encodings, ({ keyword }) => keyword);
  const find = finder(inner);
  return {
    how: 'keyword',
    id: detectorId('secret/encoded-secret'),
    keywords: [...byKeyword.keys()],
    reachBytes: KEY_CHARACTERS + RUN_CHARACTERS,
    matchAt({ latin1, scene }, start, end) {
      const written = latin1.slice(start, end);
      for (const { text, base, offset } of byKeyword.get(written.toLowerCase()) ?? []) {
        if (base === 64 && text !== written) continue;
        const run = base === 64 ? decodedBase64(latin1, start - offset) : decodedHex(latin1, start);
        const match = run === null ? null : find({ ...run, isAscii: isAscii(run.bytes), scene });
        if (match !== null) return wholeRun(latin1, start, base, match.confidence);
      }
      return null;
    },
  };
}

/** Beginnings that secrets share, and names that stand in front of them. */
const MARKERS = [
  '-----BEGIN', 'PRIVATE KEY', 'ghp_', 'gho_', 'ghs_', 'github_pat_', 'glpat-', 'AKIA', 'ASIA', 'xoxb-', 'xoxp-', 'sk-ant-',
  'sk-proj-', 'sk_live_', 'rk_live_', 'sk_test_', 'AIzaSy', 'npm_', 'dckr_pat_', 'hvs.', 'dop_v1_', 'shpat_', 'pypi-AgE', 'glsa_',
  'hf_', 'SG.', 'password', 'PASSWORD', 'Password', 'secret', 'SECRET', 'token', 'TOKEN', 'api_key', 'API_KEY', 'apiKey',
  'hooks.slack.com', 'AccountKey=', 'postgres://', 'postgresql:/', 'mysql://', 'mongodb', 'https://', 'Bearer ',
]; // prettier-ignore

interface Encoding {
  /** Lower case, as the automaton wants it. */
  readonly keyword: string;
  readonly text: string;
  readonly base: 16 | 64;
  /** Characters between the begin of a group of four and the keyword. */
  readonly offset: number;
}

function encodingsOf(marker: string): readonly Encoding[] {
  const hex = Buffer.from(marker).toString('hex');
  const runs: Encoding[] = [{ keyword: hex, text: hex, base: 16, offset: 0 }];
  for (const lead of [0, 1, 2]) {
    const encoded = Buffer.from('\0'.repeat(lead) + marker).toString('base64');
    // Characters that share bits with a neighbour depend on it.
    const from = [0, 2, 3][lead] ?? 0;
    const text = encoded.slice(from, Math.floor(((lead + marker.length) * 8) / 6));
    if (text.length >= SHORTEST_KEYWORD && !REPEATED.test(text))
      runs.push({ keyword: text.toLowerCase(), text, base: 64, offset: from });
  }
  return hex.length >= 8 ? runs : runs.slice(1);
}

/** Shorter ones stand in everyday text by chance. */
const SHORTEST_KEYWORD = 4;
const REPEATED = /^(.)\1{3}/;

interface Decoded {
  readonly bytes: Uint8Array;
  readonly latin1: string;
}

/** @param groupStart where a group of four characters begins. */
function decodedBase64(latin1: string, groupStart: number): Decoded | null {
  let from = groupStart;
  while (from - 4 >= Math.max(0, groupStart - BEFORE_CHARACTERS) && BASE64_GROUP.test(latin1.slice(from - 4, from)))
    from -= 4;
  const key = latin1.startsWith('LS0tLS1CRUdJTi', groupStart);
  const to = runEnd(latin1, groupStart, BASE64_RUN, key ? KEY_CHARACTERS : BEHIND_CHARACTERS);
  return from < 0 || to - from < 16 ? null : decoded(Buffer.from(latin1.slice(from, to), 'base64'));
}

function decodedHex(latin1: string, start: number): Decoded | null {
  let from = start;
  while (from - 2 >= Math.max(0, start - BEFORE_CHARACTERS) && /^[0-9a-fA-F]{2}$/.test(latin1.slice(from - 2, from)))
    from -= 2;
  const to = runEnd(latin1, start, HEX_RUN, BEHIND_CHARACTERS);
  return to - from < 24 ? null : decoded(Buffer.from(latin1.slice(from, to), 'hex'));
}

const BASE64_GROUP = /^[A-Za-z0-9+/_-]{4}$/;
const BASE64_RUN = /[A-Za-z0-9+/_-]{1,10240}={0,2}/y;
const HEX_RUN = /[0-9a-fA-F]{1,640}/y;

function runEnd(latin1: string, from: number, pattern: RegExp, most: number): number {
  pattern.lastIndex = from;
  return from + Math.min(most, pattern.exec(latin1)?.[0].length ?? 0);
}

function decoded(bytes: Buffer): Decoded {
  return { bytes, latin1: bytes.toString('latin1') };
}

/** The surest match of any of the detectors in a short text. */
function finder(inner: readonly KeywordDetector[]): (text: ScanText) => Match | null {
  const keywords = [...new Set(inner.flatMap((each) => each.keywords))];
  const automaton = keywordAutomaton(keywords);
  const owners = keywords.map((keyword) => inner.filter((each) => each.keywords.includes(keyword)));
  return (text) => {
    let best: Match | null = null;
    eachKeyword(automaton, text.bytes, (keyword, start, end) => {
      for (const detector of owners[keyword] ?? []) {
        const match = detector.matchAt(text, start, end);
        if (match !== null && match.confidence > (best?.confidence ?? 0)) best = match;
      }
    });
    return best;
  };
}

function wholeRun(latin1: string, at: number, base: 16 | 64, confidence: number): Match {
  const inRun = base === 64 ? /^[A-Za-z0-9+/=_-]$/ : /^[0-9a-fA-F]$/;
  let [start, end] = [at, at];
  while (start > 0 && start > at - RUN_CHARACTERS && inRun.test(latin1.charAt(start - 1))) start -= 1;
  while (end < latin1.length && end < at + KEY_CHARACTERS && inRun.test(latin1.charAt(end))) end += 1;
  return { start, end, confidence: Math.min(confidence, 0.9) };
}
