import type { SinkRule } from '../core/audit-rules.ts';
import type { AwsKeySource } from './aws/aws-client-settings.ts';
import type { DeliveryClock } from './clock.ts';
import { httpReceiver, readCa } from './http-post.ts';
import type { HttpReceiver } from './http-post.ts';
import { SinkFailed } from './sink.ts';
import type { Sink } from './sink.ts';
import { cloudwatchSink } from './sinks/cloudwatch.ts';
import { elasticSink } from './sinks/elastic.ts';
import { firehoseSink } from './sinks/firehose.ts';
import { otlpSink } from './sinks/otlp.ts';
import { splunkSink } from './sinks/splunk.ts';
import { storeSink } from './sinks/store.ts';
import { syslogSink } from './sinks/syslog.ts';
import { folderStore } from './stores/folder-store.ts';
import { s3Store } from './stores/s3-store.ts';

/** What sinks are made with. */
export interface SinkPorts {
  /** Name of this machine, as receivers show it. */
  readonly hostname: string;
  readonly clock: DeliveryClock;
  /** The value of a variable of the daemon's environment. */
  readonly variable: (name: string) => string | undefined;
  readonly awsKeys: AwsKeySource;
}

/**
 * Makes the sink that a rule describes whose place is written out.
 *
 * @throws {SinkFailed} where a variable or a file that it names is not there.
 */
export async function makeSink(rule: SinkRule, ports: SinkPorts): Promise<Sink> {
  const { hostname, clock, awsKeys } = ports;
  const { nowMs } = clock;
  switch (rule.to) {
    case 's3': {
      const { bucket, region, prefix, endpoint, kmsKey, objectLock } = rule;
      // A policy with `compliance` that nobody acknowledged is not one that can be in force.
      const compliance = objectLock?.mode === 'compliance' ? 'acknowledged' : 'refused';
      const store = s3Store({ bucket, region, prefix, endpoint, kmsKey, compliance, keys: awsKeys });
      return storeSink({ store, retention: objectLock, nowMs });
    }
    case 'file':
      return storeSink({ store: folderStore(rule.folder), retention: null, nowMs });
    case 'firehose':
      return firehoseSink({ ...rule, keys: awsKeys });
    case 'cloudwatch':
      return cloudwatchSink({ ...rule, keys: awsKeys });
    case 'otlp': {
      const token = rule.tokenEnv === null ? null : secret(rule.tokenEnv, ports);
      return otlpSink({ receiver: await receiverOf(rule, ports), form: rule.form, token, hostname });
    }
    case 'syslog': {
      const { host, port, caFile, form } = rule;
      return syslogSink({ host, port, ca: caFile === null ? null : await readCa(caFile), form, hostname });
    }
    case 'splunk': {
      const { form, index, ack, tokenEnv } = rule;
      const token = secret(tokenEnv, ports);
      return splunkSink({ receiver: await receiverOf(rule, ports), form, index, ack, token, hostname, clock });
    }
    case 'elastic': {
      const { form, index, tokenEnv } = rule;
      const token = secret(tokenEnv, ports);
      return elasticSink({ receiver: await receiverOf(rule, ports), form, index, token });
    }
  }
}

async function receiverOf(
  { url, caFile }: { readonly url: string; readonly caFile: string | null },
  { clock }: SinkPorts,
): Promise<HttpReceiver> {
  return await httpReceiver(url, caFile, clock.nowMs);
}

function secret(name: string, { variable }: SinkPorts): string {
  const value = variable(name) ?? '';
  if (value === '') throw new SinkFailed(`variable \`${name}\` is not set in the environment of the daemon`);
  // It stands in a header: a line end in it would begin another one.
  if (!/^[\x21-\x7e]+$/.test(value)) throw new SinkFailed(`variable \`${name}\` holds no token`);
  return value;
}
