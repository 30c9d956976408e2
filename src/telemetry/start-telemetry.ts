import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

import type { Telemetry } from '../core/telemetry.ts';
import { exchangeMetrics } from './exchange-metrics.ts';
import { traceExchange } from './exchange-span.ts';
import { modelNames } from './model-names.ts';
import { collectorWatch, watched } from './watched-exporter.ts';

export interface TelemetrySetup {
  /** Whether {@link RunningTelemetry.metrics} has something to give. */
  readonly prometheus: boolean;
  /** Base URL of an OTLP/HTTP collector, without a final slash; null where there is none. */
  readonly otlp: string | null;
  /** Of this program, without anything of the machine. */
  readonly version: string;
  /** The policy's globs of models at the moment. */
  readonly allowedModels: () => readonly string[];
  /** Milliseconds between two reports of metrics to the collector; half a minute where it is left out. */
  readonly metricsEveryMs?: number;
  /** In place of {@link CLOSE_MS}. */
  readonly closeMs?: number;
  /** Takes one line when the collector stops taking what it is sent, and one when it takes it again. */
  readonly logError: (line: string) => void;
}

/** Telemetry that was started. Whoever starts it closes it. */
export interface RunningTelemetry extends Telemetry {
  /** All metrics in the text format of Prometheus, or null where the setup has no part of it. */
  metrics(): Promise<string | null>;
  /** Sends what is held, within {@link CLOSE_MS}, and ends. Never rejects. */
  close(): Promise<void>;
}

/** Milliseconds that the end waits for a collector. */
export const CLOSE_MS = 2_000;

/** Spans that are held for a collector; more are dropped. About 2 KiB each. */
const MAX_HELD_SPANS = 2_048;
/** Spans of one report, and reports under way at one time: all that is held can go at the end. */
const SPANS_PER_REPORT = 128;
const MAX_REPORTS_UNDER_WAY = MAX_HELD_SPANS / SPANS_PER_REPORT;

const METRICS_EVERY_MS = 30_000;
/** With all its repetitions. It also keeps this process alive after the end, so it is short. */
const EXPORT_TIMEOUT_MS = 3_000;

/** Starts metrics and, where there is a collector, traces. Nothing of it is global: two can run side by side. */
export function startTelemetry(setup: TelemetrySetup): RunningTelemetry {
  const resource = resourceFromAttributes({ 'service.name': 'sallyport', 'service.version': setup.version });
  const prometheus = setup.prometheus ? new PrometheusExporter({ preventServerStart: true }) : null;
  const collector = collectorWatch(setup.logError);
  const readers: IMetricReader[] = prometheus === null ? [] : [prometheus];
  let traces: TracerProvider | null = null;

  if (setup.otlp !== null) {
    const to = (signal: 'metrics' | 'traces') => ({
      url: `${setup.otlp}/v1/${signal}`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
      concurrencyLimit: MAX_REPORTS_UNDER_WAY,
    });
    const everyMs = setup.metricsEveryMs ?? METRICS_EVERY_MS;
    readers.push(
      new PeriodicExportingMetricReader({
        exporter: watched(new OTLPMetricExporter(to('metrics')), collector),
        exportIntervalMillis: everyMs,
        exportTimeoutMillis: Math.min(everyMs, EXPORT_TIMEOUT_MS),
      }),
    );
    const exporter = watched(new OTLPTraceExporter(to('traces')), collector);
    traces = new TracerProvider({
      resource,
      spanProcessors: [
        new BatchSpanProcessor({
          exporter,
          maxQueueSize: MAX_HELD_SPANS,
          maxExportBatchSize: SPANS_PER_REPORT,
          exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        }),
      ],
    });
  }
  const meters = new MeterProvider({ resource, readers });
  const count = exchangeMetrics(meters.getMeter('sallyport', setup.version));
  const tracer = traces?.getTracer('sallyport', setup.version) ?? null;
  const names = modelNames(setup.allowedModels);
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);

  return {
    exchange: (facts) => {
      try {
        const isAnswered = facts.kind === 'chat' && facts.status !== null && facts.status >= 200 && facts.status < 300;
        const model = names.nameOf(facts.model, isAnswered && facts.upstream !== null);
        count(facts, model);
        if (tracer !== null) traceExchange(tracer, facts, model);
      } catch (error) {
        // Outside code; a request does not fail for it.
        setup.logError(`telemetry: an exchange was not counted: ${error instanceof Error ? error.name : 'fault'}`);
      }
    },
    metrics: async () => {
      if (prometheus === null) return null;
      const { resourceMetrics } = await prometheus.collect();
      return serializer.serialize(resourceMetrics);
    },
    close: async () => {
      collector.mute();
      await within(setup.closeMs ?? CLOSE_MS, Promise.allSettled([meters.shutdown(), traces?.shutdown()]));
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const waited = Promise.withResolvers<void>();
  const timer = setTimeout(waited.resolve, ms);
  await Promise.race([work, waited.promise]);
  clearTimeout(timer);
}
