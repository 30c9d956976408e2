import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { isReference } from './placeholder.ts';

const MANIFEST_BYTES = 4096;

/** The values of a manifest of kind Secret, from the first to the last. */
export const KUBERNETES_SECRET: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/kubernetes-secret'),
  keywords: ['kind: secret', 'kind: "secret"', "kind: 'secret'", '"kind": "secret"', '"kind":"secret"'],
  reachBytes: MANIFEST_BYTES,
  matchAt({ latin1 }, start, end) {
    if (/[A-Za-z]/.test(latin1.charAt(end))) return null;
    const after = latin1.slice(end, Math.min(latin1.length, start + MANIFEST_BYTES));
    const rest = after.slice(0, documentEnd(after));
    const values = secretValues(rest);
    const [first, last] = [values[0], values.at(-1)];
    if (first === undefined || last === undefined) return null;
    return { start: end + first.start, end: end + last.end, confidence: 0.8 };
  },
};

interface Place {
  readonly start: number;
  readonly end: number;
}

function documentEnd(text: string): number {
  const mark = text.search(/\n---/);
  return mark < 0 ? text.length : mark;
}

/** A value of `data` is base64; one of `stringData` is the text itself. */
const BLOCK = /(?:^|\n)[ \t]{0,8}["']?(data|stringData)["']?:[ \t]{0,4}\{?[ \t]{0,4}\r?\n/g;
const ENTRY =
  /[ \t]{1,12}["']?[\w.-]{1,80}["']?:[ \t]{1,20}(?:[>|][+-]?[ \t]{0,4}\r?\n[ \t]{1,20})?["']?([^\s"'][^\r\n]{0,2000})\r?\n?/y;

function secretValues(rest: string): readonly Place[] {
  const places: Place[] = [];
  for (const block of rest.matchAll(BLOCK)) {
    ENTRY.lastIndex = block.index + block[0].length;
    for (let entry = ENTRY.exec(rest); entry !== null; entry = ENTRY.exec(rest)) {
      const value = (entry[1] ?? '').replace(/["'][ ,]{0,2}$/, '');
      const start = entry.index + entry[0].indexOf(value);
      if (isSecretValue(value, block[1] === 'data')) places.push({ start, end: start + value.length });
    }
  }
  return places;
}

function isSecretValue(value: string, encoded: boolean): boolean {
  if (value.length < 6 || isReference(value)) return false;
  return encoded ? /^[A-Za-z0-9+/]{6,2000}={0,2}$/.test(value) : !/^(?:true|false|null|\d{1,6})$/.test(value);
}
