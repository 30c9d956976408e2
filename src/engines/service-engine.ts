import { failed, skipped } from './engine.ts';
import type { Engine, EngineAnswer } from './engine.ts';
import type { ServiceSetup } from './engine-setup.ts';
import { postJson } from './post-json.ts';
import { spanFindings } from './span-findings.ts';
import type { EngineSpan } from './span-findings.ts';

/** A text as services are given it, with its bytes, in which places are told. */
export interface ServiceText {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** How one service is asked. Pure. */
export interface ServiceCall {
  /** Added to the base URL: `/analyze`. */
  readonly path: string;
  bodyOf(text: string): unknown;
  /** @returns null where the answer is not the service's. */
  readAnswer(scanned: ServiceText, answer: unknown): readonly EngineSpan[] | null;
}

/** @throws {TypeError} where the URL is neither http nor https, or holds a user, a query or a fragment. */
export function serviceEngine(setup: ServiceSetup, call: ServiceCall, keyOf: (name: string) => string | null): Engine {
  const url = new URL(setup.url);
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!/^https?:$/.test(url.protocol) || !isPlain) throw new TypeError(`engine ${setup.name}: URL is no service's`);
  url.pathname = url.pathname.replace(/\/+$/, '') + call.path;
  return {
    name: setup.name,
    scan: async (bytes, { signal }): Promise<EngineAnswer> => {
      const text = decoded(bytes);
      // Places of an answer could not be told in the bytes, and a part replaced is a part not scanned.
      if (text === null) return skipped('not-utf8');
      const key = setup.keyName === null ? null : keyOf(setup.keyName);
      if (setup.keyName !== null && key === null) return failed('no-key');
      const reply = await postJson({ url, key, body: call.bodyOf(text), signal });
      if (reply.kind !== 'json') return reply;
      const spans = call.readAnswer({ text, bytes }, reply.value);
      return spans === null ? failed('answer-unreadable') : { kind: 'ran', findings: spanFindings(bytes, spans) };
    },
  };
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
