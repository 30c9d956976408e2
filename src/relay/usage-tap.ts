import type http from 'node:http';
import type { JsonObject } from '../core/json.ts';
import { CONVERSE_CODEC, EVENT_STREAM_CODEC, usageMeter } from '../gateway/index.ts';

/** Reads beside the stream what a reply cost. Nothing that it meets changes what is passed on. */
export interface UsageTap {
  see(chunk: Buffer): void;
  /** Token counts by the names of the Messages service; empty where the service told none. */
  usage(): JsonObject;
}

/** Bytes of one event; of a stream with a longer one nothing is learned. */
const MAX_EVENT_BYTES = 1024 * 1024;

/** What Bedrock says in the head of a reply that is no stream. */
const HEADERS = {
  input_tokens: 'x-amzn-bedrock-input-token-count',
  output_tokens: 'x-amzn-bedrock-output-token-count',
  cache_read_input_tokens: 'x-amzn-bedrock-cache-read-input-token-count',
  cache_creation_input_tokens: 'x-amzn-bedrock-cache-write-input-token-count',
} as const;

export function usageTap(reply: http.IncomingMessage, isConverse: boolean): UsageTap {
  const inHead: JsonObject = Object.fromEntries(
    Object.entries(HEADERS).flatMap(([name, header]) => {
      const value = reply.headers[header];
      return typeof value === 'string' && /^[0-9]{1,9}$/.test(value) ? [[name, Number(value)]] : [];
    }),
  );
  const isStream = reply.headers['content-type']?.split(';', 1)[0]?.trim() === 'application/vnd.amazon.eventstream';
  const isPlain = (reply.headers['content-encoding'] ?? 'identity') === 'identity';
  if (!isStream || !isPlain) return { see: () => undefined, usage: () => inHead };

  const codec = isConverse ? CONVERSE_CODEC : EVENT_STREAM_CODEC;
  const splitter = codec.splitter(MAX_EVENT_BYTES);
  const meter = usageMeter(0);
  meter.sending();
  let isFirst = true;
  let isReading = true;
  return {
    see(chunk) {
      if (!isReading) return;
      try {
        for (const unit of splitter.push(chunk)) {
          const event = codec.read(unit, isFirst);
          isFirst = false;
          if (event !== null) meter.see(event);
        }
      } catch {
        // The client judges the stream; here only the count is lost.
        isReading = false;
      }
    },
    usage() {
      const { tokens, isReported } = meter.reading();
      if (!isReported) return inHead;
      return {
        input_tokens: tokens.input,
        cache_creation_input_tokens: tokens.cacheCreation,
        cache_read_input_tokens: tokens.cacheRead,
        output_tokens: tokens.output,
      };
    },
  };
}
