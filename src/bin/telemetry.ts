import type { GatewayRules } from '../core/gateway-rules.ts';
import type { Telemetry } from '../core/telemetry.ts';
import type { RunningTelemetry } from '../telemetry/index.ts';

/** What a policy says of telemetry. */
export interface TelemetryRules {
  readonly telemetry: GatewayRules['telemetry'];
  /** Globs of the models that may be asked. */
  readonly models: readonly string[];
}

/** Telemetry as the policy in force wants it. Whoever makes it closes it. */
export interface PolicyTelemetry extends Telemetry {
  /**
   * Does as these rules say from now on. Where they say the same as before, counts go on; where another telemetry
   * begins, they begin anew. To be called at the start and after each change of the policy; never rejects.
   */
  follow(rules: TelemetryRules): Promise<void>;
  /** All metrics in the text format of Prometheus, or null where the policy does not want them. */
  metrics(): Promise<string | null>;
  close(): Promise<void>;
}

/**
 * Makes telemetry that does nothing until it is told to. Its packages are large, so they are loaded only then.
 *
 * @param setup.logError takes one line for the operator.
 */
export function policyTelemetry(setup: {
  readonly version: string;
  readonly logError: (line: string) => void;
}): PolicyTelemetry {
  let running: RunningTelemetry | null = null;
  let followed: TelemetryRules = { telemetry: { prometheus: false, otlp: null }, models: [] };
  let last: Promise<void> = Promise.resolve();

  const change = async (rules: TelemetryRules): Promise<void> => {
    const { prometheus, otlp } = rules.telemetry;
    const isSame = prometheus === followed.telemetry.prometheus && otlp === followed.telemetry.otlp;
    followed = rules;
    if (isSame) return;
    const before = running;
    running = null;
    try {
      if (prometheus || otlp !== null) {
        const { startTelemetry } = await import('../telemetry/index.ts');
        running = startTelemetry({ ...setup, prometheus, otlp, allowedModels: () => followed.models });
      }
    } catch (error) {
      setup.logError(`telemetry could not be started: ${error instanceof Error ? error.message : 'fault'}`);
    }
    await before?.close();
  };

  return {
    exchange: (facts) => running?.exchange(facts),
    follow: (rules) => {
      last = last.then(() => change(rules));
      return last;
    },
    metrics: async () => (running === null ? null : await running.metrics()),
    close: async () => {
      await last;
      await running?.close();
      running = null;
    },
  };
}
