import { failed } from './engine.ts';
import type { FailedAnswer } from './engine.ts';
import { MAX_REPLY_BYTES, readJson } from './read-json.ts';

interface JsonPost {
  readonly url: URL;
  /** Sent as a bearer token. */
  readonly key: string | null;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

/** Sends JSON and reads JSON. Never rejects; a redirection is a failure, for the text is meant for one service. */
export async function postJson(
  post: JsonPost,
): Promise<{ readonly kind: 'json'; readonly value: unknown } | FailedAnswer> {
  try {
    const reply = await fetch(post.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(post.key === null ? {} : { authorization: `Bearer ${post.key}` }),
      },
      body: JSON.stringify(post.body),
      redirect: 'manual',
      signal: post.signal,
    });
    if (reply.status !== 200) {
      await reply.body?.cancel();
      return failed('http-status', reply.status);
    }
    if (!JSON_TYPE.test(reply.headers.get('content-type') ?? '')) {
      await reply.body?.cancel();
      return failed('answer-unreadable');
    }
    const bytes = await readBounded(reply);
    if (bytes === null) return failed('answer-too-large');
    const value = readJson(bytes);
    return value === undefined ? failed('answer-unreadable') : { kind: 'json', value };
  } catch (error) {
    // The message of a failed connection names the service and may quote a header: it stays here.
    if (error instanceof Error) return failed(post.signal.aborted ? 'aborted' : 'unreachable');
    throw error;
  }
}

/** What else answers 200, such as the page of a proxy, is not the service. */
const JSON_TYPE = /^application\/json(?:;|$)/i;

/** The body, or null where it has more bytes than are read. */
async function readBounded(reply: Response): Promise<Uint8Array | null> {
  if (reply.body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of reply.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.length;
    // Leaving the loop ends the connection.
    if (size > MAX_REPLY_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
