import { decodeNote } from '../tlog/index.ts';

/** The body of an answer, read up to a bound. Null where it is longer, or no UTF-8. */
export async function boundedText(response: Response, maxBytes: number): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    const chunk: Uint8Array = part;
    bytes += chunk.length;
    if (bytes > maxBytes) return null;
    parts.push(chunk);
  }
  return decodeNote(Buffer.concat(parts));
}
