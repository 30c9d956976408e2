import type { ModelProvider } from '../core/session.ts';
import type { LimitWhy } from './limits/index.ts';

/** Why the gateway answers instead of the model, as the record names it. */
export type RefusalWhy =
  | 'no-token'
  | 'unknown-token'
  | 'session-ended'
  | 'unknown-path'
  | 'wrong-provider'
  | 'body-too-large'
  | 'unreadable-request'
  | 'model-denied'
  | 'no-client-session'
  | 'no-canary-tool'
  | 'canary-unanswered'
  | 'undecided-result'
  | 'content-blocked'
  | 'content-unchecked'
  | 'no-content-key'
  | 'no-upstream'
  | 'upstream-failed'
  | 'unreadable-reply'
  | 'tool-use-unproven'
  | 'call-denied'
  | 'reply-blocked'
  | 'audit-unavailable'
  | 'gateway-fault'
  | LimitWhy
  | RelayWhy;

/** Why a central gateway answers instead, beside what both refuse. */
export type RelayWhy =
  | 'wrong-host'
  | 'no-identity'
  | 'proof-unreadable'
  | 'proof-not-fresh'
  | 'proof-rejected'
  | 'caller-no-role'
  | 'role-not-allowed'
  | 'identity-unchecked';

export interface Refusal {
  readonly why: RefusalWhy;
  /** Shown to the developer by the client. Says what to do; quotes no content. */
  readonly message: string;
  /** Whole seconds after which the client may ask again; null or absent says nothing of it. */
  readonly retryAfterS?: number | null;
}

/** A refusal in the form of a protocol. */
export interface RefusalReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The answer in the form that the client reads. A refusal that stays true is 403 in the Messages format, which the client
 * shows and does not repeat; it repeats 401 for long. In Bedrock's format it repeats 403 too, so there it is 400. On
 * Vertex it is 403: there the client asks eight times after a 400, each time with fewer betas (measured on 2.1.329).
 */
export function refusalReply(protocol: ModelProvider, refusal: Refusal): RefusalReply {
  const form = FORMS[formOf(refusal.why)][protocol];
  const body =
    protocol === 'bedrock'
      ? { message: refusal.message }
      : { type: 'error', error: { type: form.type, message: refusal.message } };
  const bytes = Buffer.from(JSON.stringify(body), 'utf8');
  return {
    status: form.status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(bytes.length),
      ...(protocol === 'bedrock' ? { 'x-amzn-errortype': form.type } : {}),
      ...(formOf(refusal.why) === 'spent' ? { 'x-should-retry': 'false' } : {}),
      ...(typeof refusal.retryAfterS === 'number' ? { 'retry-after': String(refusal.retryAfterS) } : {}),
    },
    body: bytes,
  };
}

type Form = 'wait' | 'spent' | 'forbidden' | 'not-found' | 'too-large' | 'invalid' | 'bad-gateway';

function formOf(why: RefusalWhy): Form {
  if (why === 'unknown-path' || why === 'wrong-host') return 'not-found';
  if (why === 'body-too-large') return 'too-large';
  if (why === 'unreadable-request') return 'invalid';
  // Until tomorrow: the client shows it and does not ask again, in either format; a 400 of Bedrock's it repeats eight times.
  if (why === 'budget-spent') return 'spent';
  // The client waits as long as it is told and repeats these.
  if (why === 'rate-limited' || why === 'too-many-at-once') return 'wait';
  // The client repeats these with growing pauses, which is right: they pass.
  if (why === 'upstream-failed' || why === 'identity-unchecked') return 'bad-gateway';
  return 'forbidden';
}

const FORMS: Readonly<
  Record<Form, Readonly<Record<ModelProvider, { readonly status: number; readonly type: string }>>>
> = {
  wait: {
    anthropic: { status: 429, type: 'rate_limit_error' },
    bedrock: { status: 429, type: 'ThrottlingException' },
    vertex: { status: 429, type: 'rate_limit_error' },
  },
  spent: {
    anthropic: { status: 429, type: 'rate_limit_error' },
    bedrock: { status: 429, type: 'ThrottlingException' },
    vertex: { status: 429, type: 'rate_limit_error' },
  },
  forbidden: {
    anthropic: { status: 403, type: 'permission_error' },
    bedrock: { status: 400, type: 'ValidationException' },
    vertex: { status: 403, type: 'permission_error' },
  },
  'not-found': {
    anthropic: { status: 404, type: 'not_found_error' },
    bedrock: { status: 404, type: 'ResourceNotFoundException' },
    vertex: { status: 404, type: 'not_found_error' },
  },
  'too-large': {
    anthropic: { status: 413, type: 'request_too_large' },
    bedrock: { status: 413, type: 'ValidationException' },
    vertex: { status: 413, type: 'request_too_large' },
  },
  invalid: {
    anthropic: { status: 400, type: 'invalid_request_error' },
    bedrock: { status: 400, type: 'ValidationException' },
    vertex: { status: 400, type: 'invalid_request_error' },
  },
  'bad-gateway': {
    anthropic: { status: 502, type: 'api_error' },
    bedrock: { status: 503, type: 'ServiceUnavailableException' },
    vertex: { status: 502, type: 'api_error' },
  },
};
