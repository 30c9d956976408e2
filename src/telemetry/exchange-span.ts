import { ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Tracer } from '@opentelemetry/api';

import type { ExchangeFacts } from '../core/telemetry.ts';
import { commonAttributes, errorType, fixedWord, shownId } from './attributes.ts';

/** Most calls of one reply that a span names. */
const MAX_TOOL_USE_IDS = 64;

/** Writes one span for an exchange that has ended, with the ids that join it to records, hooks and the service. */
export function traceExchange(tracer: Tracer, facts: ExchangeFacts, model: string): void {
  const span = tracer.startSpan(
    `${facts.kind} ${model}`,
    {
      // To whoever looks from here it is a call to the model.
      kind: SpanKind.CLIENT,
      startTime: facts.startedAtMs,
      attributes: { ...commonAttributes(facts, model), ...ownAttributes(facts), ...idAttributes(facts) },
    },
    ROOT_CONTEXT,
  );
  if (errorType(facts) !== null) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(facts.startedAtMs + facts.times.totalMs);
}

function ownAttributes(facts: ExchangeFacts): Attributes {
  const { tokens, times, blocks } = facts;
  const attributes: Attributes = {
    'gen_ai.request.stream': facts.isStream,
    'sallyport.outcome': fixedWord(facts.outcome),
    'sallyport.request.size': facts.requestBytes,
    'sallyport.reply.size': facts.replyBytes,
    'sallyport.blocks.known': blocks.known,
    'sallyport.blocks.scanned': blocks.scanned,
  };
  if (facts.status !== null) attributes['http.response.status_code'] = facts.status;
  if (facts.upstream !== null) attributes['sallyport.upstream'] = facts.upstream;
  if (facts.stopReason !== null) attributes['gen_ai.response.finish_reasons'] = [fixedWord(facts.stopReason)];
  if (times.beforeUpstreamMs !== null) attributes['sallyport.before_upstream_ms'] = times.beforeUpstreamMs;
  if (times.upstreamWaitMs !== null) attributes['sallyport.upstream_wait_ms'] = times.upstreamWaitMs;
  if (times.firstByteMs !== null) attributes['gen_ai.response.time_to_first_chunk'] = times.firstByteMs / 1000;
  if (tokens !== null) {
    attributes['gen_ai.usage.input_tokens'] = tokens.input + tokens.cacheCreation + tokens.cacheRead;
    attributes['gen_ai.usage.cache_creation.input_tokens'] = tokens.cacheCreation;
    attributes['gen_ai.usage.cache_read.input_tokens'] = tokens.cacheRead;
    attributes['gen_ai.usage.output_tokens'] = tokens.output;
  }
  for (const { area, fate, count } of facts.findings) attributes[`sallyport.findings.${area}.${fate}`] = count;
  for (const { guard, state } of facts.guards) attributes[`sallyport.guard.${fixedWord(guard)}`] = state;
  return attributes;
}

function idAttributes(facts: ExchangeFacts): Attributes {
  const ids: readonly (readonly [string, string | null])[] = [
    ['sallyport.session.id', shownId(facts.sessionId)],
    ['gen_ai.conversation.id', shownId(facts.clientSessionId)],
    ['sallyport.request.id', shownId(facts.requestId)],
    ['gen_ai.response.id', shownId(facts.messageId)],
  ];
  const toolUseIds = facts.toolUseIds.slice(0, MAX_TOOL_USE_IDS).flatMap((id) => shownId(id) ?? []);
  return {
    ...Object.fromEntries(ids.filter(([, id]) => id !== null)),
    ...(toolUseIds.length === 0 ? {} : { 'gen_ai.tool.call.id': toolUseIds }),
  };
}
