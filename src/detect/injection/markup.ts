import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { isNamed } from './mention.ts';
import { phraseDetectors, phraseEnd, phrasePattern } from './phrase.ts';
import { LIKELY, SURE, THRESHOLDS } from './thresholds.ts';

/** What a mark may be looked for in: everything lies so near to it. */
const REACH_BYTES = 512;

const ADDRESSED =
  /\b(?:ai|llms?|language model|assistants?|agents?|claude|copilot|chatgpt|gpt|gemini|chatbots?|system prompt|instructions?)\b/i;
const ORDERED =
  /\b(?:you must|must (?:first|always|also)|ignore|disregard|do not (?:tell|mention|reveal|inform)|execute|run the|send|include (?:the|this|in)|always (?:say|answer|respond|recommend|include)|respond with|fetch|read the file|delete|upload|override|please (?:run|send|add|include|visit|say))\b/i;

interface Mark {
  readonly id: string;
  readonly keywords: readonly string[];
  readonly pattern: RegExp;
  readonly confidence: number;
  /** What else must hold for the text that the pattern took. */
  readonly says: (taken: string) => boolean;
}

/** A model that is spoken to by name, and what it is to do for its reader. */
const ADDRESSED_BY_NAME =
  /\b(?:ais?|llms?|gpt|chatgpt|claude|copilot|gemini|(?:ai|coding) (?:agents?|assistants?|tools?|models?)|language models?|assistants?|chatbots?)\s?[:,]\s?(?:please )?(?:rate|recommend|change|set|click|buy|order|approve|reject|reply|say|mention|add|tell|give|visit|open|run|send|transfer|pay|book|delete|skip|rank|score|praise|write|use|report|call|subscribe|confirm)\b/i;

const anything = (): boolean => true;
const ordersModel = (taken: string): boolean => ADDRESSED.test(taken) && ORDERED.test(taken);
const ordersAnyone = (taken: string): boolean => ORDERED.test(taken);

/** A place in the link that waits to be filled with what is to be stolen. */
const HOLE =
  '(?:\\[[A-Za-z_ -]{2,40}\\]|\\{{1,2}[A-Za-z_ .-]{2,40}\\}{1,2}|<[A-Za-z_ -]{2,40}>|%7[bB][A-Za-z_]{2,40}|[A-Z][A-Z_]{3,30}|\\.\\.\\.|\\$\\{?[A-Za-z_]{2,30})';
const ADDRESS = 'https?://[^\\s()<>\'"?]{3,120}';

const MARKS: readonly Mark[] = [
  {
    id: 'injection/exfiltration-link',
    keywords: ['!['],
    confidence: LIKELY,
    pattern: new RegExp(`!\\[[^\\]]{0,80}\\]\\(${ADDRESS}(?:\\?[^\\s()]{0,80}?[=/]|/)${HOLE}`, 'y'),
    says: (taken) => !/(?:shields\.io|badge|githubusercontent|github\.com|gitlab\.com|localhost)/i.test(taken),
  },
  {
    id: 'injection/exfiltration-link',
    keywords: ['<img'],
    confidence: LIKELY,
    pattern: new RegExp(`<[iI][mM][gG][^>]{0,60}? src=["']?${ADDRESS}\\?[^\\s>"']{0,80}?=${HOLE}`, 'y'),
    says: anything,
  },
  {
    id: 'injection/hidden-comment',
    keywords: ['<!--'],
    confidence: SURE,
    pattern: /<!--[^>]{12,400}/y,
    says: (taken) =>
      ordersModel(taken) &&
      /\b(?:ai|llms?|language model|assistant|claude|copilot|chatgpt|gpt|gemini|system prompt)\b/i.test(taken) &&
      /\b(?:ignore (?:all|any|the|previous|prior)|disregard|you must|do not (?:tell|mention|reveal|inform)|send|execute|upload|override)\b/i.test(
        taken,
      ),
  },
  {
    id: 'injection/hidden-comment',
    keywords: ['<!--', '[//]: #', '[comment]: #'],
    confidence: LIKELY,
    pattern: /(?:<!--|\[\/\/\]: #|\[comment\]: #)[^>]{12,400}/y,
    says: (taken) => ordersModel(taken) || ADDRESSED_BY_NAME.test(taken),
  },
  {
    id: 'injection/invisible-style',
    keywords: [
      'display:none',
      'display: none',
      'visibility:hidden',
      'visibility: hidden',
      'font-size:0',
      'font-size: 0',
      'opacity:0',
      'opacity: 0',
      'color:white',
      'color: white',
      'color:#fff',
      'color: #fff',
      'color:transparent',
      'font-size:1px',
      'font-size: 1px',
      'text-indent:-',
      'left:-9999',
      'left: -9999',
      'aria-hidden="true"',
    ],
    confidence: LIKELY,
    pattern: /[^>]{4,120}>[^<]{16,360}/y,
    says: (taken) =>
      ADDRESSED_BY_NAME.test(taken.slice(taken.indexOf('>'))) ||
      (ordersAnyone(taken.slice(taken.indexOf('>'))) &&
        /\b(?:ai|assistant|agent|model|llm|instruction|you|user|claude|gpt)\b/i.test(taken.slice(taken.indexOf('>')))),
  },
  {
    id: 'injection/role-marker',
    keywords: [
      '<|im_start|>',
      '<|im_end|>',
      '<|system|>',
      '<|user|>',
      '<|assistant|>',
      '<|endoftext|>',
      '<|start_header_id|>',
      '<|eot_id|>',
      '<|begin_of_text|>',
      '<<sys>>',
      '[/inst]',
      '<start_of_turn>',
      '<|end_of_turn|>',
      '<|channel|>',
      '[system](#',
    ],
    confidence: LIKELY,
    pattern: /[<[][^\s]{4,24}/y,
    says: anything,
  },
  {
    id: 'injection/tool-call-imitation',
    keywords: [
      '<function_calls>',
      '<invoke name=',
      '<tool_call>',
      '<tool_use>',
      '</tool_result>',
      '</function_results>',
      '<function_results>',
      '<|python_tag|>',
      '</untrusted',
      '<system-reminder>',
      '</system-reminder>',
      '<tool_result>',
      '<function_call>',
      '[tool_calls]',
      '<|tool_call',
      '<system_prompt>',
      '<system-message>',
      '<admin>',
      '<information>',
      '</information>',
    ],
    confidence: LIKELY,
    pattern: /[<[][^\s]{4,24}/y,
    says: anything,
  },
];

/** Marks that only a program should write, and places where nobody looks. */
export const MARKUP: readonly KeywordDetector[] = MARKS.map(({ id, keywords, pattern, confidence, says }) => ({
  how: 'keyword',
  id: detectorId(id),
  keywords,
  reachBytes: REACH_BYTES,
  matchAt({ latin1, scene }, start, keywordEnd) {
    if (confidence < THRESHOLDS[scene.source]) return null;
    const end = phraseEnd(pattern, latin1, start);
    if (isNamed({ latin1, scene }, start, keywordEnd)) return null;
    return end !== null && says(latin1.slice(start, end)) ? { start, end, confidence } : null;
  },
}));

/** Headings of prompts in a text that is none. */
export const TURNS = phraseDetectors('injection/role-marker', [
  {
    keywords: ['human:', 'assistant:', 'system:', 'user:'],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:human|assistant|system|user): …14(?:ignore|disregard|you are now|new instructions?|override|forget (?:all|everything)|assistant:|human:)',
    ),
  },
]);
