import { createReadStream } from 'node:fs';
import { DataInvalid, StateFolder } from '../core/error.ts';
import type { LabelledRow } from '../detect/index.ts';

/** Longest line of labelled data, in bytes. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/**
 * Reads labelled rows from a file of JSON lines, one after the other. Empty lines are passed over.
 *
 * @throws {DataInvalid} at the first line that is no row, by its place and never by its content.
 * @throws {StateFolder} where the file cannot be read.
 */
export async function* labelledRows(file: string): AsyncGenerator<LabelledRow> {
  const { readLabelledRow } = await import('../detect/index.ts');
  let number = 0;
  for await (const line of lines(file)) {
    number += 1;
    if (line !== null && line.trim() === '') continue;
    const row = line === null ? `it has over ${MAX_LINE_BYTES} bytes` : readLabelledRow(line);
    if (typeof row === 'string')
      throw new DataInvalid(`${file}:${number}: this is no row of labelled data: ${row}`, {
        hint: 'a row is a JSON object with `text` or `command`, `label` and `kind`: see docs/detectors/README.md',
      });
    yield row;
  }
}

/**
 * Lines as line feeds end them. Readers of lines that Node brings also end one at U+2028, which texts in JSON hold as it
 * stands. A line that is too long is null, and the last.
 */
async function* lines(file: string): AsyncGenerator<string | null> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks(file)) {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to >= 0; to = chunk.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...held, chunk.subarray(from, to)]).toString('utf8');
      [held, heldBytes, from] = [[], 0, to + 1];
    }
    held.push(chunk.subarray(from));
    heldBytes += chunk.length - from;
    if (heldBytes > MAX_LINE_BYTES) return yield null;
  }
  if (heldBytes > 0) yield Buffer.concat(held).toString('utf8');
}

const LINE_FEED = 0x0a;

async function* chunks(file: string): AsyncGenerator<Buffer> {
  const stream: AsyncIterable<Buffer> = createReadStream(file);
  try {
    for await (const chunk of stream) yield chunk;
  } catch (cause) {
    throw new StateFolder(`the file \`${file}\` cannot be read`, { cause, hint: 'check the path and its rights' });
  }
}
