import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ExchangeFacts } from '../core/telemetry.ts';

/** How a scripted collector takes what it is sent. */
export type CollectorWay = 'takes' | 'refuses' | 'hangs';

/** An attribute as OTLP's JSON has it. */
export interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface OtlpPoint {
  readonly attributes: readonly OtlpAttribute[];
  readonly asDouble?: number;
  readonly asInt?: number | string;
  readonly sum?: number;
  readonly count?: number | string;
}

export interface OtlpMetric {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: { readonly dataPoints: readonly OtlpPoint[] };
  readonly histogram?: { readonly dataPoints: readonly OtlpPoint[] };
}

export interface OtlpSpan {
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code: number };
  readonly attributes: readonly OtlpAttribute[];
}

/** A collector on the loopback that keeps what it was sent. For tests; whoever starts it closes it. */
export interface ScriptedCollector {
  readonly url: string;
  way: CollectorWay;
  /** Requests that came, and their bodies as they stood on the wire. */
  readonly bodies: string[];
  /** The newest report of each metric. */
  metrics(): ReadonlyMap<string, OtlpMetric>;
  spans(): readonly OtlpSpan[];
  close(): void;
}

export async function scriptedCollector(way: CollectorWay = 'takes'): Promise<ScriptedCollector> {
  const bodies: string[] = [];
  const metrics = new Map<string, OtlpMetric>();
  const spans: OtlpSpan[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      bodies.push(text);
      if (collector.way === 'hangs') return;
      if (collector.way === 'refuses') return void response.writeHead(400).end();
      const report = JSON.parse(text) as Report;
      if (request.url === '/base/v1/metrics') for (const metric of metricsOf(report)) metrics.set(metric.name, metric);
      else if (request.url === '/base/v1/traces') spans.push(...spansOf(report));
      else return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const collector: ScriptedCollector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`,
    way,
    bodies,
    metrics: () => metrics,
    spans: () => spans,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return collector;
}

interface Report {
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
  }[];
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[];
}

function metricsOf({ resourceMetrics = [] }: Report): readonly OtlpMetric[] {
  return resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
}

function spansOf({ resourceSpans = [] }: Report): readonly OtlpSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
}

/** Attributes as plain values. */
export function plain(attributes: readonly OtlpAttribute[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const array = value['arrayValue'] as
        { readonly values: readonly Readonly<Record<string, unknown>>[] } | undefined;
      return [key, array === undefined ? Object.values(value)[0] : array.values.map((one) => Object.values(one)[0])];
    }),
  );
}

/** An exchange that went as it should. */
export const FACTS: ExchangeFacts = {
  kind: 'chat',
  provider: 'anthropic',
  model: 'claude-x-1',
  status: 200,
  outcome: 'complete',
  stopReason: 'tool_use',
  isStream: true,
  startedAtMs: 1_700_000_000_000,
  times: { beforeUpstreamMs: 0.75, upstreamWaitMs: 300, firstByteMs: 310, totalMs: 2500 },
  requestBytes: 4000,
  replyBytes: 900,
  tokens: { input: 10, cacheCreation: 20, cacheRead: 300, output: 45 },
  findings: [
    { area: 'secret', fate: 'masked', count: 2 },
    { area: 'pii', fate: 'redacted', count: 1 },
  ],
  guards: [
    { guard: 'secrets', state: 'ran' },
    { guard: 'injection', state: 'skipped' },
  ],
  blocks: { known: 7, scanned: 1 },
  upstream: 0,
  requestId: 'req_1',
  messageId: 'msg_1',
  sessionId: 'ses_00000000000000000000000001',
  clientSessionId: 'c1a2-b3',
  toolUseIds: ['toolu_1', 'toolu_2'],
};
