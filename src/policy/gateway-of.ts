import type { GatewayRules, MaskedArea, UsageLimits } from '../core/gateway-rules.ts';
import { canonicalHost } from '../core/host-pattern.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import { upstreamUrl } from './upstream-url.ts';

type WrittenGateway = WrittenPolicy['gateway'];

/**
 * What the section `gateway` says, in the words of the gateway.
 *
 * @throws {TypeError} for addresses that the checks do not let pass.
 */
export function gatewayOf(written: WrittenGateway): GatewayRules {
  const { opaque, replies, limits, timeouts, forward_proxy, telemetry } = written;
  return {
    opaque,
    replies,
    deniedCalls: written.denied_calls,
    withoutHooks: written.without_hooks,
    retroactive: AREAS.filter(([field]) => written.retroactive.includes(field)).map(([, area]) => area),
    limits: {
      maxBodyBytes: limits.max_body_bytes,
      concurrentRequests: limits.concurrent_requests,
      requestsPerMinute: usageLimitsOf(limits.requests_per_minute),
      tokensPerDay: usageLimitsOf(limits.tokens_per_day),
      whenUnknown: limits.when_unknown,
      team: limits.team ?? null,
    },
    timeouts: { connectMs: timeouts.connect_ms, idleMs: timeouts.idle_ms },
    fallbacks: written.fallbacks.map(addressOf),
    contentLog: written.content_log,
    forwardProxy: { enabled: forward_proxy.enabled, hosts: [...new Set(forward_proxy.hosts.map(hostOf))] },
    telemetry: {
      prometheus: telemetry.prometheus,
      otlp: telemetry.otlp === undefined ? null : addressOf(telemetry.otlp),
    },
  };
}

/** What a policy calls the areas of findings, in the order of `DETECTION_AREAS`. */
const AREAS: readonly (readonly [WrittenGateway['retroactive'][number], MaskedArea])[] = [
  ['secret', 'secret'],
  ['personal', 'pii'],
  ['company', 'company'],
];

function usageLimitsOf(written: WrittenGateway['limits']['tokens_per_day']): UsageLimits {
  return { session: written.session ?? null, user: written.user ?? null, team: written.team ?? null };
}

/** An address in one spelling, for comparing. */
export function addressOf(text: string): string {
  const url = upstreamUrl(text);
  if (!url.ok) throw new TypeError('an address of the gateway was not checked');
  return url.url;
}

/** A host in one spelling, for comparing. */
export function hostOf(text: string): string {
  const host = canonicalHost(text);
  if (host === null) throw new TypeError('a host of the gateway was not checked');
  return host;
}
