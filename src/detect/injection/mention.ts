import type { ScanText, SourceKind } from '../scan/detector.ts';

/**
 * Where people write about attacks: what they type, and what lies in their repository. What comes from outside gets no
 * such leave, since whoever smuggles in an order can put it between quotes.
 */
const SPEAKERS: ReadonlySet<SourceKind> = new Set(['user-prompt', 'repository-file', 'tool-input', 'model-output']);

/** No quotation that is looked through is longer. */
const QUOTED_BYTES = 200;
/** How far around a quotation the words are looked for that speak about it. */
const AROUND_BYTES = 120;

/** Words of people who speak about a text and do not mean it. */
const ABOUT =
  /inject|jailbr|attack|malicious|advers|filter|detect|scanner|classif|phrase|regex|pattern|blocklist|denylist|match|catch|\bflag|moderat|\bstrings?\b|\btest|\brules?\b|example|such as|prompts? like|\be\.g\.|\bsays?\b|\bsaying\b|\bwords?\b|finding|sample|payload|corpus|sentence|assert|expect\(|\bpasted?\b|\btyped\b|\bwrote\b|\bwritten\b|\btitle\b|variants?\b|labell?ed|\bstill\b|effective|\bworks?\b|\bmeans?\b|\btrick/i;

/**
 * Whether what lies from `start` to `end` is told of somebody else, or stands between quotes beside words that speak about
 * it. Reads at most
 * {@link MENTION_REACH_BYTES} to either side of it.
 */
export function isMentioned(
  { latin1, scene }: Pick<ScanText, 'latin1' | 'scene'>,
  start: number,
  end: number,
): boolean {
  if (!SPEAKERS.has(scene.source)) return false;
  if (REPORTED.test(latin1.slice(Math.max(0, start - REPORTED_BYTES), start))) return true;
  for (let at = start - 1; at >= Math.max(0, start - QUOTED_BYTES / 2); at -= 1) {
    if (!isOpening(latin1, at)) continue;
    const close = closing(latin1, at);
    return close !== null && close >= end && isSpokenAbout(latin1, at, close);
  }
  return false;
}

/** What stands before the words of an order that somebody is said to give, and does not give here. */
const REPORTED =
  /\b(?:(?:users?|attackers?|attacks?|input|texts?|prompts?|pages?|documents?|they|who|that|which|someone|somebody|anyone) (?:could|can|may|might|would|will)|(?:attempts?|tries|attempting|trying|designed|intended|aims?|tricked|instructs?|asks?|tells?|telling|asking)(?: (?:the|a|an|any|our|its) (?:ai |language )?(?:model|llm|agent|assistant|bot|ai|chatbot|system))? (?:to|into)|(?:manipulat|trick|coax|talk|fool)\w{0,4} (?:the|a|an|any|our|its) (?:ai |language )?(?:model|llm|agent|assistant|bot|ai|chatbot|system) into) $/i;

const REPORTED_BYTES = 72;

/** Whether a mark of a chat template from `start` to `end` is named in a sentence, and begins no turn. */
export function isNamed({ latin1, scene }: Pick<ScanText, 'latin1' | 'scene'>, start: number, end: number): boolean {
  return (
    SPEAKERS.has(scene.source) &&
    NAMING.test(latin1.slice(Math.max(0, start - 24), start)) &&
    /^[`"')]{0,2}(?:[.,;:?!)]|\s|$)/.test(latin1.slice(end, end + 3))
  );
}

const NAMING =
  /\b(?:such as|like|e\.g\.|markers?|tokens?|tags?|strings?|templates?|called|named|escape|strip|remove|find|detect|and|or)[ `"'(]{1,3}$/i;

/** As far as {@link isMentioned} reads. */
export const MENTION_REACH_BYTES = QUOTED_BYTES + AROUND_BYTES;

/** The same bytes, or where quotations are spoken about, a copy in which these are blank. */
export function withoutMentions(bytes: Uint8Array, text: Pick<ScanText, 'latin1' | 'scene'>): Uint8Array {
  const { latin1, scene } = text;
  if (!SPEAKERS.has(scene.source)) return bytes;
  if (!ABOUT.test(latin1)) return bytes;
  let copy: Uint8Array | null = null;
  for (let at = 0; at < bytes.length; at += 1) {
    // INVARIANT: each quotation is judged by what lies around it alone, so that any part of a text gives the same.
    if (OPENS[bytes[at] ?? 0] === 0 || !isOpening(latin1, at)) continue;
    const close = closing(latin1, at);
    if (close === null || !isSpokenAbout(latin1, at, close)) continue;
    copy ??= Uint8Array.from(bytes);
    copy.fill(BLANK, at, close);
  }
  return copy ?? bytes;
}

/** A sign that is part of no word and stands wide enough to keep words apart. */
const BLANK = 0x22;

/** The closing sign for each opening one; of those in several bytes, the last byte. */
const CLOSING: Readonly<Partial<Record<string, string>>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '\x9c': '\x9d',
  '\x98': '\x99',
  '\x9e': '\x9c',
  '\xab': '\xbb',
};

/** What may stand before an opening sign that also closes. */
const BEFORE_QUOTE = ' \t\r\n([{=:,>';

const OPENS = Uint8Array.from({ length: 256 }, (_, byte) => (CLOSING[String.fromCharCode(byte)] === undefined ? 0 : 1));

function isOpening(latin1: string, at: number): boolean {
  const sign = latin1[at] ?? '';
  if (CLOSING[sign] === undefined) return false;
  const before = latin1[at - 1] ?? ' ';
  if (sign > '\x7f') return before === '\x80' || before === '\xc2';
  return BEFORE_QUOTE.includes(before) && (latin1.charCodeAt(at + 1) || 0x20) > 0x20;
}

function closing(latin1: string, open: number): number | null {
  const sign = CLOSING[latin1[open] ?? ''] ?? '';
  for (let at = open + 2; at <= open + QUOTED_BYTES && at < latin1.length; at += 1) {
    // An apostrophe within a word closes nothing.
    if (latin1[at] === sign && !isWordy(latin1.charCodeAt(at + 1))) return at;
  }
  return null;
}

function isWordy(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
}

function isSpokenAbout(latin1: string, open: number, close: number): boolean {
  return (
    ABOUT.test(latin1.slice(Math.max(0, open - AROUND_BYTES), open)) ||
    ABOUT.test(latin1.slice(close, close + AROUND_BYTES))
  );
}
