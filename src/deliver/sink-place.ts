import type { SinkRule } from '../core/audit-rules.ts';
import { withinTime } from './send-once.ts';
import { keysOf } from './aws/aws-client-settings.ts';
import { boundKeys } from './aws/caller-identity.ts';
import type { CallerIdentityOf } from './aws/caller-identity.ts';
import { makeSink } from './make-sink.ts';
import type { SinkPorts } from './make-sink.ts';
import type { Sink } from './sink.ts';

/** A sink that can be delivered to. Whoever opened it closes it. */
export interface OpenedSink {
  readonly sink: Sink;
  /** Where it is, in one spelling: what was delivered there says nothing about another place. */
  readonly target: string;
}

/** Where the sink of a rule is. */
export interface SinkPlace {
  /** As {@link OpenedSink.target}; null where only {@link open} finds it out. */
  readonly target: string | null;
  /**
   * Makes the sink. Called again after each failure, so that new credentials and certificates are taken up.
   *
   * @throws {SinkFailed} or any error where another try may help. The sink is then late, and nothing goes elsewhere.
   */
  open(stop: AbortSignal): Promise<OpenedSink>;
}

export interface PlacePorts extends SinkPorts {
  /** Origin of the log. */
  readonly logId: string;
  /** What `{identity}` stands for, where the log outlives whoever delivers it; null asks the cloud by {@link identityOf}. */
  readonly storeName: string | null;
  /** Asks the cloud whose credentials are. */
  readonly identityOf: CallerIdentityOf;
}

const IDENTITY = '{identity}';

/**
 * The place that a rule of the policy describes, with `{host}`, `{log}` and `{identity}` written out. The last stands for the name
 * of the store, or for who the credentials in use belong to: that is asked for each time that the sink is opened.
 */
export function sinkPlace(written: SinkRule, ports: PlacePorts): SinkPlace {
  const rule = placedRule(written, ports);
  if (rule.to !== 's3' || !rule.prefix.includes(IDENTITY)) {
    const target = targetOf(rule);
    return { target, open: async () => ({ sink: await makeSink(rule, ports), target }) };
  }
  const { clock, awsKeys, identityOf } = ports;
  return {
    target: null,
    open: async (stop) => {
      const identity = await withinTime(clock, stop, async (signal) => {
        return await identityOf(await keysOf(awsKeys), rule.region, signal);
      });
      const own = { ...rule, prefix: rule.prefix.replaceAll(IDENTITY, identity) };
      const keys = boundKeys(awsKeys, identity, rule.region, identityOf);
      return { sink: await makeSink(own, { ...ports, awsKeys: keys }), target: targetOf(own) };
    },
  };
}

function targetOf(rule: SinkRule): string {
  switch (rule.to) {
    case 's3':
      return JSON.stringify([rule.to, rule.endpoint, rule.region, rule.bucket, rule.prefix]);
    case 'file':
      return JSON.stringify([rule.to, rule.folder]);
    case 'firehose':
      return JSON.stringify([rule.to, rule.endpoint, rule.region, rule.stream]);
    case 'cloudwatch':
      return JSON.stringify([rule.to, rule.endpoint, rule.region, rule.group, rule.stream]);
    case 'otlp':
      return JSON.stringify([rule.to, rule.url]);
    case 'syslog':
      return JSON.stringify([rule.to, rule.host, rule.port]);
    case 'splunk':
    case 'elastic':
      return JSON.stringify([rule.to, rule.url, rule.index]);
  }
}

/** The rule with all written out that is known without asking. */
function placedRule(rule: SinkRule, { hostname, logId, storeName }: PlacePorts): SinkRule {
  const host = hostname.replaceAll(/[^A-Za-z0-9.-]/g, '-').replace(/^\.+$/, 'host');
  const placed = (text: string): string => text.replaceAll('{host}', host).replaceAll('{log}', logId);
  switch (rule.to) {
    case 's3':
      return { ...rule, prefix: placed(rule.prefix).replaceAll(IDENTITY, storeName ?? IDENTITY) };
    case 'file':
      return { ...rule, folder: placed(rule.folder) };
    case 'firehose':
    case 'cloudwatch':
      return { ...rule, stream: placed(rule.stream) };
    case 'otlp':
    case 'syslog':
    case 'splunk':
    case 'elastic':
      return rule;
  }
}
