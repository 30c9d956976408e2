import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { openLog, readLog } from '../audit/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { AuditRecord } from '../core/audit.ts';
import { DEFAULT_AUDIT_RULES } from '../core/audit-rules.ts';
import type { AuditRules, BacklogLimits, OtlpSinkRule, SinkRule } from '../core/audit-rules.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import type { Checkpoint } from '../tlog/index.ts';
import type { DeliveryClock } from './clock.ts';
import { deliveryFiles } from './delivery-files.ts';
import type { DeliveryFiles } from './delivery-files.ts';
import { openDelivery } from './delivery.ts';
import type { Delivery, DeliveryPorts } from './delivery.ts';
import { ALL_TAKEN } from './sink.ts';
import type { BatchLimits, DeliveredTree, Sink, SinkAnswer, SinkBatch } from './sink.ts';
import type { TreeTile } from './tree-tile.ts';

/** A time for tests, in milliseconds since the Unix epoch: 22:13:20 of a UTC day. */
export const RIG_TIME_MS = 1_700_000_000_000;

/** Real milliseconds after which a test has waited in vain. */
const MOST_REAL_MS = 20_000;

/** Times that stand still until a test moves them. */
export class RigClock implements DeliveryClock {
  #uptimeMs = 0;
  /** What the time of day is ahead of the start and the uptime: a test sets it to let the time jump. */
  jumpMs = 0;
  /** Reads and writes of files that are under way: a slow disk must not look like a slow sink. */
  #busy = 0;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  readonly nowMs = (): number => RIG_TIME_MS + this.#uptimeMs + this.jumpMs;
  readonly uptimeMs = (): number => this.#uptimeMs;
  readonly random = (): number => 0.5;
  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = {
        untilMs: this.#uptimeMs + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake);
    });
  };

  /** Lets no time pass while something is under way. */
  async hold<Result>(action: Promise<Result>): Promise<Result> {
    this.#busy += 1;
    try {
      return await action;
    } finally {
      this.#busy -= 1;
    }
  }

  /** Moves both times, and wakes whoever waits for that. */
  pass(ms: number): void {
    this.#uptimeMs += ms;
    for (const { untilMs, wake } of this.#sleepers) if (untilMs <= this.#uptimeMs) wake();
  }

  /** Lets time pass in steps until something holds. */
  async until(holds: () => boolean, stepMs = 100): Promise<void> {
    const startedMs = performance.now();
    while (!holds()) {
      if (performance.now() - startedMs > MOST_REAL_MS) assert.fail('waited in vain');
      if (this.#busy === 0) this.pass(stepMs);
      // Files are read and written for real: their turns must come between ours.
      for (let turn = 0; turn < 4; turn += 1) await setImmediate();
    }
  }
}

/** What a scripted sink does with one batch. */
export type Answering = (batch: SinkBatch, signal: AbortSignal) => Promise<SinkAnswer> | SinkAnswer;

/** A sink that remembers what it was given, and answers as it is told. */
export class ScriptedSink implements Sink {
  readonly limits: BatchLimits;
  readonly store: Sink['store'];
  /** All batches that it was given, also those that it did not take. */
  readonly given: SinkBatch[] = [];
  /** Lines by index, as taken last. */
  readonly taken = new Map<number, string>();
  readonly trees: { readonly size: number; readonly checkpoint: string; readonly tiles: readonly TreeTile[] }[] = [];
  held = 0;
  /** The checkpoint that it holds from before, where it is a store. */
  head: Checkpoint | null = null;
  closed = 0;
  answer: Answering = () => ALL_TAKEN;
  onTree: () => void = () => undefined;

  constructor(limits: Partial<BatchLimits> = {}, isStore = false) {
    this.limits = { maxRecords: 100, maxBytes: 1_000_000, maxAgeMs: 1_000, ...limits };
    const held = (): Promise<number> => Promise.resolve(this.held);
    const putTree = async ({ size, checkpoint, tiles }: DeliveredTree): Promise<void> => {
      this.onTree();
      const read: TreeTile[] = [];
      for await (const tile of tiles) read.push(tile);
      this.trees.push({ size, checkpoint: Buffer.from(checkpoint).toString(), tiles: read });
    };
    this.store = isStore ? { putTree, heldRecords: held, newestHead: () => Promise.resolve(this.head) } : null;
  }

  async deliver(batch: SinkBatch, signal: AbortSignal): Promise<SinkAnswer> {
    this.given.push(batch);
    const answer = await this.answer(batch, signal);
    const left = new Set([...answer.pending, ...answer.refused.map(({ index }) => index)]);
    for (const { record, line } of batch.records) {
      if (!left.has(record.index)) this.taken.set(record.index, Buffer.from(line).toString());
    }
    return answer;
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }
}

/** A rule for a scripted sink; its kind means nothing but that it is no store. */
export function ruleOf(name: string, more: Partial<OtlpSinkRule> = {}): SinkRule {
  const rest = { tokenEnv: null, caFile: null, url: `https://${name}.example` };
  return { name, required: false, form: 'record', kinds: null, to: 'otlp', ...rest, ...more };
}

/** What differs from the rig's own: the ports, or only how sinks are made. */
export interface RigPorts extends Partial<DeliveryPorts> {
  readonly makeSink?: (rule: SinkRule) => Promise<Sink>;
}

/** A log, and what delivers it to scripted sinks. Everything is closed and gone after the test. */
export interface Rig {
  readonly clock: RigClock;
  readonly log: AuditLog;
  readonly home: string;
  readonly sinks: Map<string, ScriptedSink>;
  /** Lines that were said. */
  readonly said: string[];
  /** Appends that many records of one kind. */
  fill(count: number, more?: Partial<AuditRecord>): Promise<void>;
  open(sinks: readonly SinkRule[], limits?: Partial<BacklogLimits>, ports?: RigPorts): Promise<Delivery>;
  /** The records that the delivery made about itself. */
  events(): Promise<readonly JsonObject[]>;
}

/** Makes a rig. */
export async function deliveryRig(t: TestContext): Promise<Rig> {
  const home = await mkdtemp(join(tmpdir(), 'sallyport-deliver-'));
  const clock = new RigClock();
  const log = await openLog(join(home, 'audit'), {
    clock: clock.nowMs,
    uptime: { boot: 'test', ms: () => 0 },
    signing: { keyFile: join(home, 'audit-signing.key') },
    heartbeatSeconds: 3_600,
    checkpointDelayMs: 1,
    segmentMaxBytes: 20_000,
  });
  const opened: Delivery[] = [];
  const sinks = new Map<string, ScriptedSink>();
  const said: string[] = [];
  const scriptedSink = ({ name }: SinkRule): Promise<Sink> => {
    const sink = sinks.get(name);
    return sink === undefined ? Promise.reject(new Error(`no sink ${name}`)) : Promise.resolve(sink);
  };
  const ended: boolean[] = [];
  t.after(async () => {
    for (const delivery of opened) {
      const closing = delivery.close().then(() => ended.push(true));
      const count = ended.length;
      await clock.until(() => ended.length > count);
      await closing;
    }
    await log.close();
    await rm(home, { recursive: true, force: true });
  });
  return {
    clock,
    log,
    home,
    sinks,
    said,
    async fill(count, more = {}) {
      const record = (): AuditRecord => ({
        kind: 'decision',
        occurredAtMs: clock.nowMs(),
        sessionId: null,
        body: { text: 'x'.repeat(50) },
        ...more,
      });
      await Promise.all(Array.from({ length: count }, () => log.append(record())));
    },
    async open(rules, limits = {}, { makeSink = scriptedSink, ...ports } = {}) {
      for (const { name } of rules) if (!sinks.has(name)) sinks.set(name, new ScriptedSink());
      const delivery = await openDelivery(
        {
          folder: join(home, 'delivery'),
          source: {
            folder: join(home, 'audit'),
            origin: log.origin,
            version: '0.0.0',
            vkey: log.vkey,
            size: () => log.size,
            checkpoint: () => log.checkpoint,
          },
          clock,
          placeOf: (rule) => {
            const target = 'url' in rule ? rule.url : rule.name;
            return { target, open: async () => ({ sink: await makeSink(rule), target }) };
          },
          record: async (body) => {
            await clock.hold(log.append({ kind: 'log', occurredAtMs: clock.nowMs(), sessionId: null, body }));
          },
          files: async (folder) => heldFiles(await deliveryFiles(folder), clock),
          logError: (line) => said.push(line),
          ...ports,
        },
        rulesOf(rules, limits),
      );
      opened.push(delivery);
      return delivery;
    },
    async events() {
      const events: JsonObject[] = [];
      for await (const { kind, body } of readLog(join(home, 'audit'))) {
        if (kind === 'log' && stringField(body, 'event')?.startsWith('delivery-') === true) events.push(body);
      }
      return events;
    },
  };
}

/** Files whose reads and writes take no time. */
export function heldFiles(files: DeliveryFiles, clock: RigClock): DeliveryFiles {
  return {
    list: () => clock.hold(files.list()),
    read: (name) => clock.hold(files.read(name)),
    replace: (name, text) => clock.hold(files.replace(name, text)),
    append: (name, text) => clock.hold(files.append(name, text)),
  };
}

/** Rules with sinks and limits, and defaults for the rest. */
export function rulesOf(deliver: readonly SinkRule[], limits: Partial<BacklogLimits> = {}): AuditRules {
  return { ...DEFAULT_AUDIT_RULES, deliver, backlog: { ...DEFAULT_AUDIT_RULES.backlog, ...limits } };
}
