import { StringDecoder } from 'node:string_decoder';

/** Where something lies in a text that no output may hold; half-open, in UTF-16 code units. */
export interface SecretPlace {
  /** What it is, in words that are no part of it. */
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

/** A line of output that held a secret. */
export interface Leak {
  readonly what: string;
  /** Counted from 1, over all that was watched. */
  readonly line: number;
  /** The line without the secret. */
  readonly masked: string;
}

/** Reads output line by line and lets no secret through. */
export interface OutputWatch {
  /** @returns the line as it may be shown. */
  line(text: string): string;
  /** What was seen, with what only shows over several lines. */
  leaks(): readonly Leak[];
}

/** @param find where the secrets of a text are. */
export function outputWatch(find: (text: string) => readonly SecretPlace[]): OutputWatch {
  const seen: Leak[] = [];
  const shown: string[] = [];
  return {
    line(text) {
      const places = find(text);
      const masked = withMasks(text, places);
      shown.push(masked);
      for (const what of new Set(places.map((each) => each.what))) seen.push({ what, line: shown.length, masked });
      return masked;
    },
    leaks() {
      // What is left are secrets of several lines, such as keys; those of one line are masked by now.
      const text = shown.join('\n');
      const over = find(text).map(({ what, start }) => {
        const line = text.slice(0, start).split('\n').length;
        return { what, line, masked: 'several lines' };
      });
      return [...seen, ...over];
    },
  };
}

function withMasks(text: string, places: readonly SecretPlace[]): string {
  let [masked, at] = ['', 0];
  for (const { start, end } of places.toSorted((one, other) => one.start - other.start)) {
    if (end <= at) continue;
    masked += `${text.slice(at, Math.max(at, start))}[…]`;
    at = end;
  }
  return masked + text.slice(at);
}

/** Gives each line of a stream, without its end, also the last one that has none. */
export async function eachLine(stream: AsyncIterable<Buffer>, take: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let held = '';
  for await (const chunk of stream) {
    const lines = (held + decoder.write(chunk)).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
  held += decoder.end();
  if (held !== '') take(held);
}
