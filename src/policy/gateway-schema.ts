import { z } from 'zod';
import {
  CALL_REFUSERS,
  CONTENT_LOGS,
  DEFAULT_GATEWAY_RULES,
  OPAQUE_ACTIONS,
  REPLY_ACTIONS,
  UNKNOWN_USAGE,
  WITHOUT_HOOKS,
} from '../core/gateway-rules.ts';
import { parseHostPattern } from '../core/host-pattern.ts';

/** As much as the gateway reads of one request whatever a policy says, and what the models' services take and more. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** Connections that the gateway takes at one time. */
const MAX_CONCURRENT_REQUESTS = 512;
const MAX_REQUESTS_PER_MINUTE = 1_000_000;
const MAX_TOKENS_PER_DAY = 1_000_000_000_000;
/** A longer wait for a connection is one for nobody. */
const MAX_CONNECT_MS = 60_000;
/** One hour: a model that thinks sends pings long before. */
const MAX_IDLE_MS = 3_600_000;
const MAX_FALLBACKS = 8;
const MAX_PROXY_HOSTS = 50;
const MAX_HOST_LENGTH = 253;
const MAX_URL_LENGTH = 2_000;

const was = DEFAULT_GATEWAY_RULES;
const opaqueAction = z.enum(OPAQUE_ACTIONS);
const replyAction = z.enum(REPLY_ACTIONS);

const address = z.string().max(MAX_URL_LENGTH).meta({ format: 'uri' });

const opaque = z
  .strictObject({
    image: opaqueAction.default(was.opaque.image).describe('Pictures.'),
    document: opaqueAction
      .default(was.opaque.document)
      .describe('PDF and office files of which no text could be taken out; text that could be is looked at.'),
    media: opaqueAction.default(was.opaque.media).describe('Video and sound.'),
    unknown: opaqueAction
      .default(was.opaque.unknown)
      .describe('Blocks of a type that Sallyport does not know; the texts in them are looked at.'),
  })
  .prefault({})
  .describe(
    'Content that cannot be looked at as text. `ask` refuses a request with it until it is sent again, `strip` sends a ' +
      'note in its place, `deny` refuses the request.',
  );

const replies = z
  .strictObject({
    secret: replyAction.default(was.replies.secret).describe('Credentials.'),
    company: replyAction.default(was.replies.company).describe("The company's own words and numbers."),
  })
  .prefault({})
  .describe("What follows a finding in the model's own words: it is recorded, or the reply ends there as well.");

const limits = z
  .strictObject({
    max_body_bytes: z
      .int()
      .min(1_024)
      .max(MAX_BODY_BYTES)
      .default(was.limits.maxBodyBytes)
      .describe('Bytes of one request.'),
    concurrent_requests: z
      .int()
      .min(1)
      .max(MAX_CONCURRENT_REQUESTS)
      .default(was.limits.concurrentRequests)
      .describe('Requests of one session at one time.'),
    requests_per_minute: usageLimits(MAX_REQUESTS_PER_MINUTE, 'Requests in any minute.'),
    tokens_per_day: usageLimits(
      MAX_TOKENS_PER_DAY,
      'Tokens in a day of UTC, as the service reports them: input, output and what the cache held.',
    ),
    when_unknown: z
      .enum(UNKNOWN_USAGE)
      .default(was.limits.whenUnknown)
      .describe('What holds for a limited request where the counters cannot be read or written.'),
    team: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name is lower-case letters, digits and hyphens, at most 63 of them')
      .optional()
      .describe('The team that requests under this policy count for. Left out: the limits of teams hold for nobody.'),
  })
  .prefault({})
  .describe('How much may be sent to models.');

const timeouts = z
  .strictObject({
    connect_ms: z
      .int()
      .min(100)
      .max(MAX_CONNECT_MS)
      .default(was.timeouts.connectMs)
      .describe('Milliseconds until a connection to the model service stands.'),
    idle_ms: z
      .int()
      .min(1_000)
      .max(MAX_IDLE_MS)
      .default(was.timeouts.idleMs)
      .describe('Milliseconds without a byte from the model service, or without the client taking one.'),
  })
  .prefault({})
  .describe('How long the gateway waits. A reply has no limit on its whole length.');

const forwardProxy = z
  .strictObject({
    enabled: z
      .boolean()
      .default(was.forwardProxy.enabled)
      .describe(
        'Whether clients that only know `HTTPS_PROXY` are served; they must trust the authority of this machine.',
      ),
    hosts: z
      .array(
        z
          .string()
          .max(MAX_HOST_LENGTH)
          .refine(isHostName, 'a host here is one name, without `*`, scheme, port and path, and no IP address'),
      )
      .min(1)
      .max(MAX_PROXY_HOSTS)
      .default([...was.forwardProxy.hosts])
      .describe('Model services whose connections end in the gateway; connections to all others are refused.'),
  })
  .prefault({})
  .describe('The gateway as a proxy that clients are told of by `HTTPS_PROXY`.');

const telemetry = z
  .strictObject({
    prometheus: z
      .boolean()
      .default(was.telemetry.prometheus)
      .describe('Whether `GET /metrics` answers on the control side.'),
    otlp: address.optional().describe('Base URL of a collector that speaks OTLP over HTTP: metrics and traces.'),
  })
  .prefault({})
  .describe('What the gateway tells about itself. Never content.');

/** The section on the way to the model and back. */
export const gateway = z
  .strictObject({
    opaque,
    replies,
    denied_calls: z
      .enum(CALL_REFUSERS)
      .default(was.deniedCalls)
      .describe(
        'Who refuses a call in a reply that the policy denies. `hooks`: the hooks, which tell the model why. ' +
          '`gateway`: the gateway takes it out of the reply as well.',
      ),
    without_hooks: z
      .enum(WITHOUT_HOOKS)
      .default(was.withoutHooks)
      .describe(
        'What becomes of the calls for a client whose hooks were not seen to work. `refuse`: they are cut. `decide`: the ' +
          'gateway decides each of them, and only what is allowed passes.',
      ),
    retroactive: z
      .array(z.enum(['secret', 'personal', 'company']))
      .max(3)
      .default([])
      .describe(
        'Areas of `dlp` whose changes also rewrite, once, what was sent before: `secret`, `personal`, `company`. The ' +
          "service's prompt cache is lost where that changes something.",
      ),
    limits,
    timeouts,
    fallbacks: z
      .array(address)
      .max(MAX_FALLBACKS)
      .default([...was.fallbacks])
      .describe(
        'Further addresses of the same provider, written as `upstream` is. They are tried in this order where the one before ' +
          'cannot be reached or fails before the first event of its reply.',
      ),
    content_log: z
      .enum(CONTENT_LOGS)
      .default(was.contentLog)
      .describe(
        'What the log keeps of requests and replies. `digest`: no content. `masked`: the masked text in clear, which can be ' +
          "searched, and the true text sealed. `sealed`: the masked text, sealed under the session's key.",
      ),
    forward_proxy: forwardProxy,
    telemetry,
  })
  .prefault({})
  .describe('The way to the model and back.');

function usageLimits(most: number, meaning: string) {
  const limit = (whose: string) => z.int().min(1).max(most).optional().describe(`Of one ${whose}. Left out: no limit.`);
  return z
    .strictObject({ session: limit('session'), user: limit('person'), team: limit('team') })
    .prefault({})
    .describe(meaning);
}

function isHostName(text: string): boolean {
  const read = parseHostPattern(text);
  return read.ok && read.pattern.kind === 'exact' && !/^\[|^[0-9.]+$/.test(read.pattern.host);
}
