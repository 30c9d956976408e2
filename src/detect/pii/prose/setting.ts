import type { ScanText } from '../../scan/detector.ts';
import { isRegionNext } from './place.ts';

/** What the text around a run of capitalised words says of it. */
export interface Setting {
  /** It stands in a sentence or a form, not in code. */
  readonly isProse: boolean;
  /** What the words before it lead to. */
  readonly cue: 'person' | 'place' | 'maybe-person' | 'none';
  /** The words before it lead to a place whatever its name. */
  readonly isPlaceSure: boolean;
  /** A title stands before it. */
  readonly isTitled: boolean;
  /** The words behind it say that it spoke or did what people do. */
  readonly isSpeaker: boolean;
  /** It stands in a row of such words: `A, B and C`. */
  readonly isListed: boolean;
  /** German stands around it, which writes every noun with a capital letter. */
  readonly isGerman: boolean;
  /** A state or a country follows. */
  readonly isBeforeRegion: boolean;
}

/** How far around it is looked, in bytes. */
const AROUND_BYTES = 120;

/** Everything but {@link Setting.isProse} is read when it is first asked for: most runs are dismissed before. */
export function settingOf(text: ScanText, start: number, end: number): Setting {
  const { latin1 } = text;
  const before = once(() => latin1.slice(Math.max(0, start - 48), start).toLowerCase());
  const after = once(() => latin1.slice(end, end + 24).toLowerCase());
  const isPlaceSure = once(() => PLACE_SURELY.test(before()));
  const cue = once(() => cueOf(before(), isPlaceSure()));
  const isSpeaker = once(() => SPEAKER_AFTER.test(after()) || SPEECH_BEFORE.test(before()));
  return {
    isProse: isProse(latin1, start, end) || isField(latin1, start),
    get isGerman() {
      return isGerman(latin1, start, end);
    },
    get cue() {
      return cue();
    },
    get isPlaceSure() {
      return isPlaceSure();
    },
    get isTitled() {
      return TITLE_BEFORE.test(before());
    },
    get isSpeaker() {
      return isSpeaker();
    },
    get isListed() {
      return isListed(latin1, start, end);
    },
    get isBeforeRegion() {
      return isRegionNext(latin1, end);
    },
  };
}

function once<Value>(read: () => Value): () => Value {
  let known: { readonly value: Value } | null = null;
  return () => (known ??= { value: read() }).value;
}

function cueOf(before: string, isPlaceSure: boolean): Setting['cue'] {
  if (FIELD.test(before)) return 'person';
  // A town stands behind its postal code.
  if (isPlaceSure || PLACE_BEFORE.test(before) || /(?:^|[\s,])\d{4,5} $/.test(before)) return 'place';
  if (PERSON_BEFORE.test(before)) return 'person';
  return PERSON_MAYBE_BEFORE.test(before) ? 'maybe-person' : 'none';
}

/** Whether a form or a record names what follows as a person's name. */
function isField(latin1: string, start: number): boolean {
  const before = latin1.charCodeAt(start - 1);
  if (before !== QUOTE && before !== APOSTROPHE && before !== SPACE && before !== COLON && before !== GREATER)
    return false;
  return FIELD.test(latin1.slice(Math.max(0, start - 32), start).toLowerCase());
}

const FIELD =
  /(?:first|last|given|family|middle|maiden|full|sur|patient|customer|client|employee|holder|contact|cardholder|owner)[ _-]?name\s?["']?\s?[:=>]\s{0,3}["']?$/;

function isGerman(latin1: string, start: number, end: number): boolean {
  const around = latin1.slice(Math.max(0, start - AROUND_BYTES), end + AROUND_BYTES);
  return (around.match(GERMAN) ?? []).length >= 2;
}

const GERMAN =
  / (?:der|die|das|und|ist|nicht|ich|mit|f\u00c3\u00bcr|ein|eine|einen|auf|von|zu|zum|zur|im|wird|wurde|auch|sich|wir|sie|bei|den|dem|des)(?= )/g;

/** Whether capitalised words stand on either side, behind a comma or an `and`. */
function isListed(latin1: string, start: number, end: number): boolean {
  const before = latin1.slice(Math.max(0, start - 20), start);
  if (/(?:, | and | & )$/.test(before)) return /[A-Z]/.test(before);
  return /^(?:, | and | & )[A-Z]/.test(latin1.slice(end, end + 6));
}

const SPEECH_BEFORE = /(?:said|says|shouted|asked|replied|explained|wrote|writes|added) $/;
const TITLE_BEFORE = /(?:^|[^a-z])(?:mr|mrs|ms|dr|prof|sr|sra|mme|mlle|herr|frau|miss|rev|hon)\.? $/;

/** Words that people alone follow. */
const PERSON_BEFORE =
  /(?:\bname(?:d|s)?(?:'s| is| was| on (?:it|the account)(?: is)?)?[ :?"*_]{1,4}|\bcalled[ :"]{1,2}|\bcalls? me |\bi'm |\bi am |\bthis is |\b(?:hi|hello|hey|dear)[, ]\s?|\b(?:regards|sincerely|cheers|best|thanks),\s{1,3}|\b(?:directed|written|sung|performed|recorded|painted|photo|signed|produced|composed) by:?[ \t]{1,8}|\b(?:ask|tell|told|speak to|speaking with|talk to|spoke to|thank|marry|married|patient|colleague|husband|wife|son|daughter|kid|mother|father|mom|dad|brother|sister|friend|partner|boss|aunt|uncle|neighbou?r|cousin|singer|actor|actress|songwriter|producer|player|director|starring|featuring|behalf of|attn|attention|beneficiary|guardian|said|says|shouted at|follow up with)[ :.]\s?)["'(*_]?$/;

/** Words that a name follows as often as other things do. */
const PERSON_MAYBE_BEFORE =
  /(?:\bby:?[ \t]{1,8}|\b(?:with|met|meet|call|contact|email|add|remove|invite|client|customer|employee|user|author|manager|owner|writer|president|ceo|founder|features|between|under|to|for|and|gave|given|from|recipient|sender|holder|by)[ :]\s?)["'(*_]?$/;

const PLACE_BEFORE =
  /\b(?:in|near|around|outside|via|toward|towards|visit|visited|visiting|across|throughout|city|town|southern|northern|eastern|western|central|downtown|location|city:|country:|town:|state:|region:|birthplace:|place of birth)[ :]\s?(?:the )?["'(*_]?$/;

const PLACE_SURELY =
  /\b(?:(?:liv(?:e|es|ed|ing)|based|born|raised|grew up|situated|located|headquartered|resid(?:e|es|ed|ing)|arrived?|arriving|moved?(?: here)?|moving|relocated|flew|fly|flying|travell?(?:ed|ing)?|drove|drive|driving|originally|office|trip|vacation|holiday|stay(?:ed|ing)?|street) (?:in|to|from|at|near)|(?:i'm|am|are|is) (?:in|near)|(?:i'm|i am) from|(?:city|town|village|state|province|university) of|where: |home ?city|who's coming to|returned to|city:|town:|country:)\s?$/;

const SPEAKER_AFTER =
  /^(?:'s (?:wife|husband|kid|son|daughter|mother|father|friend|brother|sister|address|phone|birthday|account|house|email|life|work|name|office|team|career|death|will|job|car|new|own|old|first|last)|,? (?:said|says|asked|shouted|replied|told|explained|wrote|writes|lives|lived|works|worked|thinks|believes|added|was born|is a|has been|will be|had given|gave|called|calls|spent|listed|married|died|can i|could you|can you|are you|please)\b|: ?["\u00e2]|, [a-z ]{0,12}\b(?:can|could|are|do|did|have) )/;

/** Whether the line around a place is prose or a form: few of the signs that code is made of. */
function isProse(latin1: string, start: number, end: number): boolean {
  let from = start;
  let marks = 0;
  let ticks = 0;
  for (; from > 0 && start - from < AROUND_BYTES; from -= 1) {
    const code = latin1.charCodeAt(from - 1);
    if (code === LINE_FEED) break;
    const weight = MARKS[code] ?? 0;
    marks += weight;
    if (code === TICK) ticks += 1;
  }
  // Marks of a quotation at the line's start are no code.
  for (let at = from; at < start && (latin1.charCodeAt(at) === GREATER || latin1.charCodeAt(at) === 0x20); at += 1)
    if (latin1.charCodeAt(at) === GREATER) marks -= 1;
  if (ticks % 2 === 1) return false;
  let to = end;
  for (; to < latin1.length && to - end < AROUND_BYTES; to += 1) {
    const code = latin1.charCodeAt(to);
    if (code === LINE_FEED) break;
    marks += MARKS[code] ?? 0;
  }
  return marks * 16 <= to - from;
}

const LINE_FEED = 0x0a;
const GREATER = 0x3e;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SPACE = 0x20;
const COLON = 0x3a;
const TICK = 0x60;
const MARKS = Uint8Array.from({ length: 256 }, (_, code) =>
  /[{}();=<>[\]|\\$_+/&^~]/.test(String.fromCharCode(code)) ? 1 : 0,
);
