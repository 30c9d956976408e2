import type { Meter } from '@opentelemetry/api';

import type { ExchangeFacts } from '../core/telemetry.ts';
import { commonAttributes, fixedWord } from './attributes.ts';

/** Counts one exchange. @param model the name under which its model is counted. */
export type CountExchange = (facts: ExchangeFacts, model: string) => void;

/** Makes the instruments. No label of theirs holds an id, and each has few values. */
export function exchangeMetrics(meter: Meter): CountExchange {
  const seconds = (name: string, description: string, boundaries = SECONDS) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: boundaries } });
  const counter = (name: string, unit: string, description: string) => meter.createCounter(name, { description, unit });

  const duration = seconds('gen_ai.client.operation.duration', 'Time of a request to a model, to its last byte.');
  const firstChunk = seconds('gen_ai.client.operation.time_to_first_chunk', 'Time to the first byte of a stream.');
  const tokenUsage = meter.createHistogram('gen_ai.client.token.usage', {
    description: 'Tokens of a request; input includes those of the cache.',
    unit: '{token}',
    advice: { explicitBucketBoundaries: TOKENS },
  });
  const requests = counter('sallyport.gateway.requests', '{request}', 'Requests, by how they ended.');
  const tokens = counter('sallyport.gateway.tokens', '{token}', 'Tokens, those of the cache apart.');
  const added = seconds('sallyport.gateway.before_upstream', 'Time until a request goes up.', ADDED_SECONDS);
  const wait = seconds('sallyport.gateway.upstream_wait', 'Time until the head of a reply comes.');
  const received = counter('sallyport.gateway.request.size', 'By', 'Bytes that clients sent.');
  const sent = counter('sallyport.gateway.reply.size', 'By', 'Bytes that clients got.');
  const findings = counter('sallyport.gateway.findings', '{finding}', 'Findings, by area and by what followed.');
  const guards = counter('sallyport.gateway.guards', '{request}', 'Requests, by whether a guard looked.');
  const blocks = counter('sallyport.gateway.blocks', '{block}', 'Blocks of text, known from before or scanned.');

  return (facts, model) => {
    const common = commonAttributes(facts, model);
    const provider = { 'gen_ai.provider.name': common['gen_ai.provider.name'] };
    const isModel = facts.kind === 'chat';
    const { beforeUpstreamMs, upstreamWaitMs, firstByteMs, totalMs } = facts.times;
    if (isModel) duration.record(totalMs / 1000, common);
    if (isModel && facts.isStream && firstByteMs !== null) firstChunk.record(firstByteMs / 1000, common);
    requests.add(1, {
      ...common,
      ...(facts.status === null ? {} : { 'http.response.status_code': facts.status }),
      ...(facts.upstream === null ? {} : { 'sallyport.upstream': facts.upstream }),
      'sallyport.outcome': fixedWord(facts.outcome),
      'sallyport.stream': facts.isStream,
    });
    if (beforeUpstreamMs !== null) added.record(beforeUpstreamMs / 1000, provider);
    if (upstreamWaitMs !== null) wait.record(upstreamWaitMs / 1000, common);
    received.add(facts.requestBytes, provider);
    sent.add(facts.replyBytes, provider);

    if (facts.tokens !== null) {
      const { input, cacheCreation, cacheRead, output } = facts.tokens;
      tokenUsage.record(input + cacheCreation + cacheRead, { ...common, 'gen_ai.token.type': 'input' });
      tokenUsage.record(output, { ...common, 'gen_ai.token.type': 'output' });
      const of = { ...provider, 'gen_ai.request.model': model };
      tokens.add(input, { ...of, 'sallyport.token.kind': 'input' });
      tokens.add(cacheCreation, { ...of, 'sallyport.token.kind': 'cache_creation' });
      tokens.add(cacheRead, { ...of, 'sallyport.token.kind': 'cache_read' });
      tokens.add(output, { ...of, 'sallyport.token.kind': 'output' });
    }
    for (const { area, fate, count } of facts.findings) {
      findings.add(count, { 'sallyport.area': area, 'sallyport.fate': fate });
    }
    for (const { guard, state } of facts.guards) {
      guards.add(1, { 'sallyport.guard': fixedWord(guard), 'sallyport.state': state });
    }
    blocks.add(facts.blocks.known, { 'sallyport.scan': 'known' });
    blocks.add(facts.blocks.scanned, { 'sallyport.scan': 'scanned' });
  };
}

/** Those of the GenAI conventions. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];
/** What the gateway takes is far below a second. */
const ADDED_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];
