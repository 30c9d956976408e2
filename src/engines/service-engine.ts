import { failed, skipped } from './engine.ts';
import type { Engine, EngineAnswer } from './engine.ts';
import type { ServiceSetup } from './engine-setup.ts';
import { postJson } from './post-json.ts';
import { spanFindings } from './span-findings.ts';
import type { EngineSpan } from './span-findings.ts';

/** A text as services are given it, with its bytes, in which places are told. */
interface ServiceText {
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

/** A service behind the interface of all engines. The setup must be one without problems. */
export function serviceEngine(setup: ServiceSetup, call: ServiceCall, keyOf: (name: string) => string | null): Engine {
  const url = new URL(setup.url);
  url.pathname = url.pathname.replace(/\/+$/, '') + call.path;
  return {
    name: setup.name,
    scan: async (bytes, { signal }): Promise<EngineAnswer> => {
      const text = decoded(bytes);
      // Places of an answer could not be told in the bytes, and a part replaced is a part not scanned.
      if (text === null) return skipped('not-utf8');
      // Presidio answers that as a mistake of ours.
      if (text === '') return { kind: 'ran', findings: [] };
      const key = setup.keyEnv === null ? null : keyOf(setup.keyEnv);
      if (setup.keyEnv !== null && (key === null || key === '')) return failed('no-key');
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
