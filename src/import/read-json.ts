import type { JsonFault, JsonMember, JsonNode } from './json-tree.ts';

/** Objects and arrays inside each other. Settings are five deep; the bound keeps a hostile text off the stack. */
export const MAX_JSON_DEPTH = 64;
/** Values of one text: many times what the largest settings hold. */
export const MAX_JSON_VALUES = 50_000;

/** What a text says, or null where that cannot be known; `faults` then holds the reason. */
export interface JsonReading {
  readonly root: JsonNode | null;
  readonly faults: readonly JsonFault[];
}

/**
 * Reads JSON as people leave it behind: a byte order mark, comments, a comma too many and a `...` that stands for what
 * was left out are faults that are not fatal. Never throws, and takes time linear in the text.
 */
export function readJson(text: string): JsonReading {
  const faults: JsonFault[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let values = 0;
  try {
    skip();
    const root = value(0);
    skip();
    if (at < text.length) fail(at, 'something stands behind the end of the document');
    return { root, faults };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { root: null, faults: [...faults, { at: error.at, problem: error.message, isFatal: true }] };
  }

  function value(depth: number): JsonNode {
    if (depth > MAX_JSON_DEPTH) fail(at, `more than ${MAX_JSON_DEPTH} objects and lists inside each other`);
    values += 1;
    if (values > MAX_JSON_VALUES) fail(at, `more than ${MAX_JSON_VALUES} values`);
    const start = at;
    switch (text[at]) {
      case '{':
        return { kind: 'object', at: start, members: members(depth) };
      case '[':
        return { kind: 'array', at: start, items: list(depth, ']', () => value(depth + 1)) };
      case '"':
        return { kind: 'string', at: start, value: string() };
      case undefined:
        return fail(at, 'the text ends where a value belongs');
    }
    const word = WORD.exec(text.slice(at, at + MAX_WORD_LENGTH))?.[0] ?? '';
    at += word.length;
    if (word === 'true' || word === 'false') return { kind: 'boolean', at: start, value: word === 'true' };
    if (word === 'null') return { kind: 'null', at: start };
    if (NUMBER.test(word)) return { kind: 'number', at: start, value: Number(word) };
    return fail(start, 'no JSON value starts here');
  }

  function members(depth: number): readonly JsonMember[] {
    const found = list(depth, '}', () => {
      const keyAt = at;
      if (text[at] !== '"') fail(at, 'a key in double quotes belongs here');
      const key = string();
      skip();
      if (text[at] !== ':') fail(at, 'a `:` belongs behind the key');
      at += 1;
      skip();
      return { key, at: keyAt, value: value(depth + 1) };
    });
    const last = new Map(found.map((member) => [member.key, member.at]));
    return found.map((member) => {
      const lastAt = last.get(member.key) ?? member.at;
      return { ...member, overriddenAt: lastAt === member.at ? null : lastAt };
    });
  }

  function list<Entry>(depth: number, end: ']' | '}', entry: () => Entry): readonly Entry[] {
    if (depth === MAX_JSON_DEPTH) fail(at, `more than ${MAX_JSON_DEPTH} objects and lists inside each other`);
    const entries: Entry[] = [];
    at += 1;
    // The comma in front of the entry that is due, where there is one.
    let comma: number | null = null;
    let isDue = true;
    for (skip(); text[at] !== end; skip()) {
      const ellipsis = text.startsWith('...', at) ? 3 : text[at] === '…' ? 1 : 0;
      if (ellipsis > 0) {
        tolerate(at, 'something was left out here');
        at += ellipsis;
        skip();
        if (text[at] === ',') at += 1;
        comma = null;
        isDue = true;
        continue;
      }
      if (!isDue) fail(at, `a \`,\` or \`${end}\` belongs here`);
      entries.push(entry());
      skip();
      isDue = text[at] === ',';
      comma = isDue ? at : null;
      if (isDue) at += 1;
    }
    if (comma !== null) tolerate(comma, 'a comma stands behind the last entry');
    at += 1;
    return entries;
  }

  function string(): string {
    const start = at;
    at += 1;
    for (;;) {
      PLAIN.lastIndex = at;
      at += PLAIN.exec(text)?.[0].length ?? 0;
      const character = text[at];
      if (character === '"') break;
      if (character !== '\\') fail(start, 'this text is not closed on its line');
      at += 2;
    }
    at += 1;
    try {
      return String(JSON.parse(text.slice(start, at)));
    } catch (error) {
      if (error instanceof SyntaxError)
        return fail(start, 'this text holds an escape or a character that JSON does not have');
      throw error;
    }
  }

  function skip(): void {
    for (;;) {
      BLANKS.lastIndex = at;
      at += BLANKS.exec(text)?.[0].length ?? 0;
      if (text.startsWith('//', at)) {
        tolerate(at, 'JSON has no comments');
        const end = text.indexOf('\n', at);
        at = end < 0 ? text.length : end;
      } else if (text.startsWith('/*', at)) {
        tolerate(at, 'JSON has no comments');
        const end = text.indexOf('*/', at + 2);
        if (end < 0) fail(at, 'this comment is not closed');
        at = end + 2;
      } else return;
    }
  }

  function tolerate(where: number, problem: string): void {
    if (faults.length < MAX_FAULTS) faults.push({ at: where, problem, isFatal: false });
  }

  function fail(where: number, problem: string): never {
    throw new Unreadable(problem, Math.min(where, text.length));
  }
}

/** Faults of one text that are told; a thousand comments are one mistake. */
const MAX_FAULTS = 100;
/** Longer than any number that means something. */
const MAX_WORD_LENGTH = 64;
const WORD = /^[\w.+-]+/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const BLANKS = /[ \t\r\n]*/y;
// eslint-disable-next-line no-control-regex -- a control character ends what JSON takes as text
const PLAIN = /[^"\\\u0000-\u001f]*/y;

class Unreadable extends Error {
  readonly at: number;
  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}
