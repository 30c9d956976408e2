import { z } from 'zod';
import { RECORD_KINDS } from '../core/audit.ts';
import { SINK_FORMS } from '../core/audit-rules.ts';
import type { AuditRules } from '../core/audit-rules.ts';

const whole = z.int().min(0);

const sink = {
  name: z.string(),
  required: z.boolean(),
  form: z.enum(SINK_FORMS),
  kinds: z.array(z.enum(RECORD_KINDS)).nullable(),
};
const place = { bucket: z.string(), region: z.string(), prefix: z.string(), endpoint: z.string().nullable() };
const service = { url: z.string(), caFile: z.string().nullable() };

/** The section on the log, as a bundle holds it. */
export const auditContent = z.strictObject({
  retentionDays: whole,
  content: z.enum(['sealed', 'digest']),
  heartbeatSeconds: whole,
  contentDays: whole.nullable(),
  backlog: z.strictObject({ alarmRecords: whole, alarmSeconds: whole, denyRecords: whole, denySeconds: whole }),
  deliver: z.array(
    z.discriminatedUnion('to', [
      z.strictObject({
        ...sink,
        ...place,
        to: z.literal('s3'),
        objectLock: z.strictObject({ mode: z.enum(['compliance', 'governance']), days: whole }).nullable(),
        kmsKey: z.string().nullable(),
      }),
      z.strictObject({ ...sink, to: z.literal('file'), folder: z.string() }),
      z.strictObject({
        ...sink,
        to: z.literal('firehose'),
        stream: z.string(),
        region: z.string(),
        endpoint: z.string().nullable(),
      }),
      z.strictObject({
        ...sink,
        to: z.literal('cloudwatch'),
        group: z.string(),
        stream: z.string(),
        region: z.string(),
        endpoint: z.string().nullable(),
      }),
      z.strictObject({ ...sink, ...service, to: z.literal('otlp'), tokenEnv: z.string().nullable() }),
      z.strictObject({
        ...sink,
        to: z.literal('syslog'),
        host: z.string(),
        port: z.int().min(1).max(65_535),
        caFile: z.string().nullable(),
      }),
      z.strictObject({
        ...sink,
        ...service,
        to: z.literal('splunk'),
        tokenEnv: z.string(),
        index: z.string().nullable(),
        ack: z.boolean(),
      }),
      z.strictObject({ ...sink, ...service, to: z.literal('elastic'), tokenEnv: z.string(), index: z.string() }),
    ]),
  ),
  witnesses: z.array(z.strictObject({ name: z.string(), url: z.string(), key: z.string() })),
  anchors: z.array(
    z.discriminatedUnion('to', [
      z.strictObject({ name: z.string(), to: z.literal('folder'), folder: z.string() }),
      z.strictObject({ name: z.string(), to: z.literal('git'), remote: z.string(), branch: z.string() }),
      z.strictObject({ name: z.string(), to: z.literal('s3'), ...place }),
    ]),
  ),
}) satisfies z.ZodType<AuditRules>;
