import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import type { ExchangeFacts } from '../core/telemetry.ts';
import { modelNames, MAX_FREE_NAMES } from './model-names.ts';
import { FACTS, plain, scriptedCollector } from './scripted-collector.ts';
import type { ScriptedCollector } from './scripted-collector.ts';
import { startTelemetry } from './start-telemetry.ts';
import type { RunningTelemetry, TelemetrySetup } from './start-telemetry.ts';

interface Started {
  readonly telemetry: RunningTelemetry;
  readonly lines: string[];
}

function started(over: Partial<TelemetrySetup>): Started {
  const lines: string[] = [];
  const telemetry = startTelemetry({
    prometheus: false,
    otlp: null,
    version: '1.2.3',
    allowedModels: () => [],
    logError: (line) => lines.push(line),
    ...over,
  });
  return { telemetry, lines };
}

async function withCollector(
  over: Partial<TelemetrySetup>,
  work: (started: Started, collector: ScriptedCollector) => Promise<void>,
): Promise<void> {
  const collector = await scriptedCollector();
  const all = started({ ...over, otlp: collector.url });
  try {
    await work(all, collector);
  } finally {
    await all.telemetry.close();
    collector.close();
  }
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text format strictly: what is no comment is a sample. */
function samplesOf(text: string | null): readonly Sample[] {
  assert.ok(text !== null);
  assert.ok(text.endsWith('\n'));
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^# (HELP|TYPE|UNIT) [a-zA-Z_:][a-zA-Z0-9_:]* ?/.test(line))
    .map((line) => {
      const [, name, inner = '', value] = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      assert.ok(name !== undefined && value !== undefined, line);
      const labels = [...inner.matchAll(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\.)*)"(?:,|$)/g)];
      assert.equal(labels.map(([whole]) => whole).join(''), inner, line);
      return {
        name,
        labels: Object.fromEntries(labels.map(([, key = '', text = '']) => [key, text])),
        value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value),
      };
    });
}

function sumOf(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

test('a collector gets the metrics of the GenAI conventions and ours', async () => {
  await withCollector({}, async ({ telemetry, lines }, collector) => {
    telemetry.exchange(FACTS);
    telemetry.exchange({ ...FACTS, tokens: null, status: 529, findings: [], upstream: 1 });
    await telemetry.close();
    const metrics = collector.metrics();
    const usage = metrics.get('gen_ai.client.token.usage')?.histogram?.dataPoints ?? [];
    assert.deepEqual(
      usage.map((point) => [plain(point.attributes), point.sum]),
      [
        [
          {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'anthropic',
            'gen_ai.request.model': 'claude-x-1',
            'gen_ai.token.type': 'input',
          },
          330,
        ],
        [
          {
            'gen_ai.operation.name': 'chat',
            'gen_ai.provider.name': 'anthropic',
            'gen_ai.request.model': 'claude-x-1',
            'gen_ai.token.type': 'output',
          },
          45,
        ],
      ],
    );
    const durations = metrics.get('gen_ai.client.operation.duration')?.histogram?.dataPoints ?? [];
    assert.deepEqual(
      durations.map((point) => [plain(point.attributes)['error.type'], point.sum]),
      [
        [undefined, 2.5],
        ['529', 2.5],
      ],
    );
    const requests = metrics.get('sallyport.gateway.requests')?.sum?.dataPoints ?? [];
    assert.deepEqual(
      requests.map((point) => plain(point.attributes)['sallyport.upstream']),
      [0, 1],
    );
    assert.deepEqual([...metrics.keys()].sort(), [
      'gen_ai.client.operation.duration',
      'gen_ai.client.operation.time_to_first_chunk',
      'gen_ai.client.token.usage',
      'sallyport.gateway.before_upstream',
      'sallyport.gateway.blocks',
      'sallyport.gateway.findings',
      'sallyport.gateway.guards',
      'sallyport.gateway.reply.size',
      'sallyport.gateway.request.size',
      'sallyport.gateway.requests',
      'sallyport.gateway.tokens',
      'sallyport.gateway.upstream_wait',
    ]);
    assert.deepEqual(lines, []);
  });
});

test('a collector gets one span for each exchange, with the ids that join it to the records', async () => {
  await withCollector({}, async ({ telemetry }, collector) => {
    telemetry.exchange(FACTS);
    await telemetry.close();
    const [span, ...others] = collector.spans();
    assert.ok(span !== undefined);
    assert.equal(others.length, 0);
    assert.deepEqual(
      [span.name, span.kind, span.startTimeUnixNano, span.endTimeUnixNano],
      ['chat claude-x-1', 3, '1700000000000000000', '1700000002500000000'],
    );
    assert.deepEqual(plain(span.attributes), {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-x-1',
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': ['tool_use'],
      'gen_ai.response.id': 'msg_1',
      'gen_ai.response.time_to_first_chunk': 0.31,
      'gen_ai.conversation.id': 'c1a2-b3',
      'gen_ai.tool.call.id': ['toolu_1', 'toolu_2'],
      'gen_ai.usage.input_tokens': 330,
      'gen_ai.usage.cache_creation.input_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 300,
      'gen_ai.usage.output_tokens': 45,
      'http.response.status_code': 200,
      'sallyport.outcome': 'complete',
      'sallyport.request.size': 4000,
      'sallyport.reply.size': 900,
      'sallyport.request.id': 'req_1',
      'sallyport.session.id': 'ses_00000000000000000000000001',
      'sallyport.upstream': 0,
      'sallyport.before_upstream_ms': 0.75,
      'sallyport.upstream_wait_ms': 300,
      'sallyport.blocks.known': 7,
      'sallyport.blocks.scanned': 1,
      'sallyport.findings.secret.masked': 2,
      'sallyport.findings.pii.redacted': 1,
      'sallyport.guard.secrets': 'ran',
      'sallyport.guard.injection': 'skipped',
    });
  });
});

test('what is held at the end goes to the collector', async () => {
  await withCollector({}, async ({ telemetry, lines }, collector) => {
    for (let turn = 0; turn < 1_500; turn += 1) telemetry.exchange(FACTS);
    await telemetry.close();
    assert.equal(collector.spans().length, 1_500);
    assert.deepEqual(lines, []);
  });
});

test('a refusal is an error of its own name', async () => {
  await withCollector({}, async ({ telemetry }, collector) => {
    telemetry.exchange({ ...FACTS, status: 403, outcome: 'content-blocked', tokens: null, upstream: null });
    await telemetry.close();
    const [span] = collector.spans();
    assert.ok(span !== undefined);
    assert.deepEqual([span.status.code, plain(span.attributes)['error.type']], [2, 'content-blocked']);
  });
});

test('Prometheus text holds the sums', async () => {
  const { telemetry } = started({ prometheus: true });
  for (let turn = 0; turn < 3; turn += 1) telemetry.exchange(FACTS);
  telemetry.exchange({ ...FACTS, kind: 'count-tokens', tokens: null });
  const samples = samplesOf(await telemetry.metrics());
  assert.equal(sumOf(samples, 'gen_ai_client_token_usage_sum', { gen_ai_token_type: 'input' }), 990);
  assert.equal(sumOf(samples, 'gen_ai_client_operation_duration_count'), 3);
  assert.equal(sumOf(samples, 'sallyport_gateway_requests_total'), 4);
  assert.equal(sumOf(samples, 'sallyport_gateway_tokens_total', { sallyport_token_kind: 'cache_read' }), 900);
  assert.equal(
    sumOf(samples, 'sallyport_gateway_findings_total', { sallyport_area: 'secret', sallyport_fate: 'masked' }),
    8,
  );
  assert.equal(sumOf(samples, 'target_info', { service_name: 'sallyport', service_version: '1.2.3' }), 1);
  await telemetry.close();
});

test('where the policy wants no Prometheus there is no text', async () => {
  const { telemetry } = started({});
  telemetry.exchange(FACTS);
  assert.equal(await telemetry.metrics(), null);
  await telemetry.close();
});

test('ids stand in traces alone', async () => {
  await withCollector({ prometheus: true }, async ({ telemetry }, collector) => {
    telemetry.exchange(FACTS);
    const text = (await telemetry.metrics()) ?? '';
    await telemetry.close();
    const metrics = collector.bodies.filter((body) => body.includes('resourceMetrics')).join('');
    for (const id of ['ses_0', 'c1a2-b3', 'req_1', 'msg_1', 'toolu_']) {
      assert.ok(!text.includes(id) && !metrics.includes(id), id);
      assert.ok(
        collector.bodies.some((body) => body.includes('resourceSpans') && body.includes(id)),
        id,
      );
    }
  });
});

test('ten thousand sessions and models make no more series than a few', async () => {
  const { telemetry } = started({ prometheus: true });
  for (let turn = 0; turn < 10_000; turn += 1) {
    const status = turn % 2 === 0 ? 200 : 404;
    telemetry.exchange({ ...FACTS, model: `m-${turn}`, sessionId: `ses_${turn}`, requestId: `req_${turn}`, status });
  }
  const samples = samplesOf(await telemetry.metrics());
  const models = new Set(samples.map(({ labels }) => labels['gen_ai_request_model']));
  models.delete(undefined);
  assert.equal(models.size, MAX_FREE_NAMES + 1);
  assert.ok(samples.length < 4_000, String(samples.length));
  assert.equal(sumOf(samples, 'sallyport_gateway_requests_total'), 10_000);
  await telemetry.close();
});

test('whatever words come, none that is not fixed becomes a label or stands in a span', async () => {
  const planted = 'Planted "words"\n of {a} prompt';
  await withCollector({ prometheus: true }, async ({ telemetry }, collector) => {
    const told: ExchangeFacts = {
      ...FACTS,
      model: planted,
      outcome: planted,
      stopReason: planted,
      requestId: planted,
      messageId: planted,
      sessionId: planted,
      clientSessionId: planted,
      toolUseIds: [planted, 'toolu_9'],
      guards: [{ guard: planted, state: 'ran' }],
    };
    telemetry.exchange(told);
    const text = (await telemetry.metrics()) ?? '';
    samplesOf(text);
    await telemetry.close();
    assert.doesNotMatch(`${text}${collector.bodies.join('')}`, /Planted|words|prompt/);
    assert.match(collector.bodies.join(''), /toolu_9/);
  });
});

test('no facts make it throw', async () => {
  const { telemetry, lines } = started({ prometheus: true });
  fc.assert(
    fc.property(
      fc.record({
        model: fc.option(fc.string({ unit: 'binary' })),
        outcome: fc.string({ unit: 'binary' }),
        status: fc.option(fc.integer()),
        startedAtMs: fc.integer(),
        requestBytes: fc.integer(),
        replyBytes: fc.nat(),
        toolUseIds: fc.array(fc.string()),
      }),
      (over) => telemetry.exchange({ ...FACTS, ...over }),
    ),
  );
  samplesOf(await telemetry.metrics());
  assert.deepEqual(lines, []);
  await telemetry.close();
});

for (const way of ['refuses', 'hangs'] as const) {
  test(`a collector that ${way} costs no request anything and holds a bounded part`, async () => {
    const collector = await scriptedCollector(way);
    const { telemetry, lines } = started({ otlp: collector.url, metricsEveryMs: 10, closeMs: 50 });
    // More than are held, so that the oldest leave and the rest is dropped.
    const startMs = performance.now();
    for (let turn = 0; turn < 6_000; turn += 1) telemetry.exchange(FACTS);
    assert.ok(performance.now() - startMs < 3_000);
    if (way === 'refuses') while (lines.length === 0) await new Promise(setImmediate);
    await telemetry.close();
    const spans = collector.bodies.join('').split('"traceId"').length - 1;
    assert.ok(spans <= 2_048 + 128, String(spans));
    const words = ['telemetry: the collector does not take what it is sent; what it misses is dropped'];
    assert.deepEqual(lines, way === 'refuses' ? words : []);
    collector.close();
  });
}

test('a collector that is back is told once', async () => {
  const collector = await scriptedCollector('refuses');
  const { telemetry, lines } = started({ otlp: collector.url, metricsEveryMs: 10 });
  telemetry.exchange(FACTS);
  while (lines.length < 1) await new Promise(setImmediate);
  collector.way = 'takes';
  while (lines.length < 2) await new Promise(setImmediate);
  await telemetry.close();
  assert.equal(lines[1], 'telemetry: the collector takes what it is sent again');
  assert.equal(lines.length, 2);
  collector.close();
});

test('where nobody listens it is the same', async () => {
  const gone = await scriptedCollector();
  gone.close();
  const { telemetry, lines } = started({ otlp: gone.url, metricsEveryMs: 10, closeMs: 50 });
  telemetry.exchange(FACTS);
  await telemetry.close();
  assert.ok(lines.length <= 1);
});

for (const { name, model, isAnswered, want } of [
  {
    name: 'a model that the policy lists has its name at once',
    model: 'claude-listed',
    isAnswered: false,
    want: 'claude-listed',
  },
  { name: 'a model that the service answered for has its name', model: 'claude-y', isAnswered: true, want: 'claude-y' },
  { name: 'a model that is only asked for has none', model: 'claude-z', isAnswered: false, want: 'other' },
  { name: 'a request without a model has none', model: null, isAnswered: true, want: 'other' },
  { name: 'what is no name has none', model: 'my secret plan', isAnswered: true, want: 'other' },
  {
    name: 'of an ARN the last part is the name, and no account',
    model: 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-q-v1:0',
    isAnswered: true,
    want: 'us.anthropic.claude-q-v1:0',
  },
]) {
  test(name, () => {
    assert.equal(modelNames(() => ['claude-listed', 'claude-*']).nameOf(model, isAnswered), want);
  });
}
