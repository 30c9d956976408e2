import { detectorId } from '../../core/ids.ts';
import type { Detector, KeywordDetector, KindMatch, PassDetector, SourceKind } from '../scan/detector.ts';
import { withoutMentions } from './mention.ts';
import { beginsWord } from './phrase.ts';
import { LIKELY } from './thresholds.ts';
import { readTokens, tokenRoom } from './tokens.ts';
import { bestWindow, eachWindow, WINDOW_BYTES } from './window-score.ts';

/** A trained model: how much each feature speaks for an attack. */
export interface Model {
  readonly weights: Int8Array;
  /** How much one step of a weight is worth. */
  readonly scale: number;
}

const ID = detectorId('injection/trained-model');

/**
 * From which score on a window is reported. People may say to a model what they like, in every role; but a prompt is
 * short, and what it holds was put there to be obeyed.
 */
export const MODEL_THRESHOLDS: Readonly<Record<SourceKind, number>> = {
  'user-prompt': 0.9,
  'tool-result': 1.8,
  'web-page': 1.8,
  'mcp-result': 1.8,
  'issue-text': 1.8,
  'repository-file': 3.5,
  'tool-input': 3.5,
  'model-output': 3.5,
};

/** A window of a prompt that speaks about the security of models, or about a bot as of somebody else, needs more. */
const TALK_THRESHOLD = 1.8;
const TALK =
  /\b(?:prompt injections?|injections?|jailbreaks?|attackers?|threat model|red.?team|pen.?test|owasp|cve-\d|vulnerab|detectors?|scanners?|classifiers?|guardrails?|blocklist|phishing|prompt leaks?|leaked|the (?:bot|guard|filter)|our (?:bot|agent|assistant|filter|scanner|chatbot)|security (?:rules?|review|audit|policy|report|advisory|training)|awareness)\b/gi;

/** Where texts come from that nobody here wrote, and those that somebody here did. */
const OUTSIDE: ReadonlySet<SourceKind> = new Set(['tool-result', 'web-page', 'mcp-result', 'issue-text']);
const INSIDE: ReadonlySet<SourceKind> = new Set(['repository-file', 'tool-input', 'model-output']);

/** How far from a word that gives cause to look the model reads. */
const AROUND_BYTES = 384;

/** Words that hardly any order to a model does without, and little else has: beside them the model looks. */
const CAUSES: readonly string[] = [
  'disregard',
  'pretend',
  'you are ',
  "you're ",
  'you must',
  'you have to',
  'your task',
  'your response',
  'your answer',
  'your reply',
  'language model',
  'jailbreak',
  'roleplay',
  'from now on',
  'unfiltered',
  'confidential',
  'do not tell',
  'do not mention',
  "don't mention",
  'chatgpt',
  'act as',
  'ai assistant',
  'ai agent',
  'ai model',
  'instructions',
  'system prompt',
  'anweisung',
  'instruccion',
  'consigne',
  'istruzion',
  'vergiss',
  'oublie',
  'olvida',
];

/** Words that files of a repository are full of. */
const OUTSIDE_CAUSES: readonly string[] = [
  'instruction',
  'ignore',
  'forget',
  'prompt',
  'respond',
  'assistant',
  'character',
  'restrictions',
  'important',
  'the user',
  'password',
  'claude',
  'repeat',
  'reveal',
  'urgent',
  'attention',
  'execute',
  'override',
  'please ',
  'your ',
  'output ',
];

/** Bytes of texts for whose tokens there is room: prompts mostly, and what lies around a cause always. */
const ROOM_BYTES = 8 * 1024;

/** Looks with a trained model at every window of a prompt, and in other texts where a word gives cause. */
export function modelDetectors({ weights, scale }: Model): readonly Detector[] {
  const room = tokenRoom(ROOM_BYTES);
  const inPrompts: PassDetector = {
    how: 'pass',
    ids: [ID],
    reachBytes: 2 * WINDOW_BYTES,
    matches({ bytes, latin1, scene }) {
      if (scene.source !== 'user-prompt') return [];
      const tokens = readTokens(withoutMentions(bytes, { latin1, scene }), 0, bytes.length, room);
      const least = MODEL_THRESHOLDS[scene.source] / scale;
      const leastInTalk = TALK_THRESHOLD / scale;
      let talk: readonly number[] | null = null;
      const isTalk = (start: number, end: number): boolean => holdsPlace((talk ??= placesOf(TALK, latin1)), start, end);
      const found: KindMatch[] = [];
      let wasAbove = false;
      eachWindow(tokens, weights, (score, from, to) => {
        const isAbove =
          score >= least && (score >= leastInTalk || !isTalk(tokens.starts[from] ?? 0, tokens.ends[to - 1] ?? 0));
        // Windows overlap: the first of a row tells of all.
        if (isAbove && (!wasAbove || from === 0))
          found.push({ id: ID, start: tokens.starts[from] ?? 0, end: tokens.ends[to - 1] ?? 0, confidence: LIKELY });
        wasAbove = isAbove;
      });
      return found;
    },
  };
  const beside = (keywords: readonly string[], sources: ReadonlySet<SourceKind>): KeywordDetector => ({
    how: 'keyword',
    id: ID,
    keywords,
    reachBytes: AROUND_BYTES,
    matchAt(text, start, end) {
      if (!sources.has(text.scene.source) || !beginsWord(text, start)) return null;
      const from = Math.max(0, start - AROUND_BYTES);
      const tokens = readTokens(text.bytes, from, Math.min(text.bytes.length, end + AROUND_BYTES), room);
      const best = bestWindow(tokens, weights);
      if (best === null || best.score * scale < MODEL_THRESHOLDS[text.scene.source]) return null;
      return { start: tokens.starts[best.from] ?? 0, end: tokens.ends[best.to - 1] ?? 0, confidence: LIKELY };
    },
  });
  return [inPrompts, beside(CAUSES, new Set([...OUTSIDE, ...INSIDE])), beside(OUTSIDE_CAUSES, OUTSIDE)];
}

function placesOf(pattern: RegExp, latin1: string): readonly number[] {
  return Array.from(latin1.matchAll(pattern), ({ index }) => index);
}

/** Whether one of the places, which are in order, lies in the window. */
function holdsPlace(places: readonly number[], start: number, end: number): boolean {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return (places[low] ?? end) < end;
}
