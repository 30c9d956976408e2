import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { TokenCounts } from '../../core/usage.ts';

/** Follows what one request costs. Holds state; one per request. */
export interface UsageMeter {
  /** Told before any byte goes to an upstream. From here on the cost is at least one token. */
  sending(): void;
  /** Told where the service took nothing: it could not be reached, or answered with an error. The cost is zero again. */
  notTaken(): void;
  /** Told each event of a reply, in the form of the Messages service. */
  see(event: JsonObject): void;
  /**
   * Told a reply that came whole.
   *
   * @param usage token counts by the names of the Messages service.
   * @param replyBytes of its body.
   */
  saw(usage: JsonObject, replyBytes: number): void;
  /** What the service reported, and estimates where it was cut before it did. */
  reading(): MeterReading;
}

export interface MeterReading {
  readonly tokens: TokenCounts;
  /** Whether the service said all of it. */
  readonly isReported: boolean;
}

/**
 * Estimates one token per four bytes, rounded up: that is what text has, and code has fewer bytes to a token only where
 * it is dense.
 *
 * @param requestBytes of the body as it goes up.
 */
export function usageMeter(requestBytes: number): UsageMeter {
  let isTaken = false;
  const reported = new Map<CountName, number>();
  let isFinal = false;
  let contentBytes = 0;

  const note = (usage: Json | undefined): void => {
    if (!isJsonObject(usage)) return;
    for (const name of COUNT_NAMES) {
      const count = usage[name];
      // Counts of later events include those of earlier ones, and a service that takes one back is not believed.
      if (isCount(count)) reported.set(name, Math.max(count, reported.get(name) ?? 0));
    }
  };

  return {
    sending: () => {
      isTaken = true;
    },
    notTaken: () => {
      isTaken = false;
    },
    see: (event) => {
      switch (stringField(event, 'type')) {
        case 'message_start':
          note(isJsonObject(event['message']) ? event['message']['usage'] : undefined);
          return;
        case 'message_delta':
          note(event['usage']);
          isFinal ||= isJsonObject(event['usage']) && isCount(event['usage']['output_tokens']);
          return;
        case 'content_block_start':
          contentBytes += textBytes(event['content_block']);
          return;
        case 'content_block_delta':
          contentBytes += textBytes(event['delta']);
          return;
        case null:
        default:
          return;
      }
    },
    saw: (usage, replyBytes) => {
      note(usage);
      isFinal ||= isCount(usage['output_tokens']);
      contentBytes += replyBytes;
    },
    reading: () => {
      if (!isTaken) return { tokens: NO_TOKENS, isReported: true };
      const isInputKnown = INPUT_NAMES.some((name) => reported.has(name));
      const output = reported.get('output_tokens') ?? 0;
      const tokens = {
        input: isInputKnown ? (reported.get('input_tokens') ?? 0) : tokensOfBytes(requestBytes),
        cacheCreation: reported.get('cache_creation_input_tokens') ?? 0,
        cacheRead: reported.get('cache_read_input_tokens') ?? 0,
        output: isFinal ? output : Math.max(output, tokensOfBytes(contentBytes)),
      };
      return { tokens: tokenSum(tokens) === 0 ? { ...tokens, input: 1 } : tokens, isReported: isFinal && isInputKnown };
    },
  };
}

/** Tokens that count where nobody learned how many it was. At least one. */
export function tokensOfBytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BYTES_PER_TOKEN));
}

/** All tokens of a request: a budget counts those of the cache too. */
export function tokenSum(tokens: TokenCounts): number {
  return tokens.input + tokens.cacheCreation + tokens.cacheRead + tokens.output;
}

const BYTES_PER_TOKEN = 4;

const NO_TOKENS: TokenCounts = { input: 0, cacheCreation: 0, cacheRead: 0, output: 0 };

const INPUT_NAMES = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'] as const;
const COUNT_NAMES = [...INPUT_NAMES, 'output_tokens'] as const;
type CountName = (typeof COUNT_NAMES)[number];

/** Beyond any context window, and small enough that sums of a day stay exact. */
const MAX_COUNT = 1_000_000_000;

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_COUNT;
}

/** Bytes of the strings that a model wrote: those of a block or a delta, but for names of types. */
function textBytes(value: Json | undefined): number {
  let bytes = 0;
  const left: Json[] = value === undefined ? [] : [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next === 'string') bytes += Buffer.byteLength(next);
    if (next === null || typeof next !== 'object') continue;
    const members = next as Readonly<Record<string, Json>>;
    for (const key of Object.keys(members)) if (key !== 'type' && key !== 'signature') left.push(members[key] as Json);
  }
  return bytes;
}
