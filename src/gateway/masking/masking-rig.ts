import { createHash } from 'node:crypto';

import type { ContentRules } from '../../core/content-rules.ts';
import type { Finding } from '../../core/finding.ts';
import { DEFAULT_GATEWAY_RULES } from '../../core/gateway-rules.ts';
import type { GatewayRules } from '../../core/gateway-rules.ts';
import { makeSessionId } from '../../core/ids.ts';
import type { DetectorId, SessionId } from '../../core/ids.ts';
import type { Inspection, PassingText } from '../../core/inspection.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { taintRulesOf } from '../../core/taint.ts';
import { placeholderKey } from '../../mask/index.ts';
import type { TokenLookup } from '../../mask/index.ts';
import type { MessageFormat } from '../message-format.ts';
import type { ContentPorts, ReadInjection } from './content-ports.ts';
import { requestMasker } from './request-masker.ts';
import type { MaskedRequest, Masking } from './request-masker.ts';

export const SESSION: SessionId = makeSessionId(0, new Uint8Array(16));

/** What the rig's detectors see: addresses, keys, project names and orders to the model, each by its look. */
const LOOKS: ReadonlyArray<readonly [id: string, look: RegExp]> = [
  ['pii/email', /[a-z.]+@[a-z]+\.example/g],
  ['secret/key', /KEY[A-Z0-9]{12}/g],
  ['company/project', /PRJ[0-9]{4}/g],
  ['injection/order', /ignore all rules/g],
];

export const MASKING: ContentRules = {
  secret: 'mask',
  pii: 'mask',
  company: 'redact',
  injection: 'ask',
  taint: taintRulesOf({ onFinding: 'ask', taint: true }),
};

/** A masker with detectors that tests can foresee, and what it was given. */
export interface MaskingRig {
  rules: ContentRules;
  gateway: GatewayRules;
  bundle: string;
  /** Looks at each text in place of the rig's detectors, where set. */
  look: ((text: PassingText) => Promise<Inspection | null>) | null;
  /** The texts that were looked at, in order. */
  readonly looked: PassingText[];
  readonly injections: ReadInjection[];
  /** What was kept, as a store would. */
  readonly entries: string[];
  keeps: boolean;
  taints: boolean;
  /** Milliseconds between two requests; by default so many that nobody takes one for a repetition of the other. */
  stepMs: number;
  documents: ReadonlyMap<string, { readonly text: string; readonly isWhole: boolean }>;
  /** Reads a body; what it gives masks it. */
  read(body: JsonObject | Buffer, format?: MessageFormat, isHeard?: boolean): () => Promise<Masking>;
  mask(body: JsonObject | Buffer, format?: MessageFormat, isHeard?: boolean): Promise<Masking>;
  lookup(): TokenLookup;
  known(text: string): readonly Finding[];
  /** Forgets all but what was kept, as a restart does. */
  restart(): void;
}

export function maskingRig(key: number = 1, entries: string[] = []): MaskingRig {
  const ports: ContentPorts = {
    inspects: () => true,
    inspect: (text) => {
      rig.looked.push(text);
      return rig.look === null ? Promise.resolve(seen(rig, text.text)) : rig.look(text);
    },
    rules: () => ({ gateway: rig.gateway, bundle: rig.bundle }),
    readDocument: (bytes) => Promise.resolve(rig.documents.get(Buffer.from(bytes).toString()) ?? null),
    store: {
      open: () => ({
        key: placeholderKey(Buffer.alloc(32, key)),
        entries: [...rig.entries],
        append: (entry) => {
          if (!rig.keeps) throw new Error('no space left');
          rig.entries.push(entry);
        },
      }),
    },
    read: async (_, injection) => {
      if (!rig.taints) throw new Error('no space left');
      rig.injections.push(injection);
    },
  };
  let nowMs = 0;
  const uptimeMs = (): number => nowMs;
  let masker = requestMasker(ports, uptimeMs);
  const rig: MaskingRig = {
    rules: MASKING,
    gateway: DEFAULT_GATEWAY_RULES,
    bundle: 'bundle-1',
    look: null,
    looked: [],
    injections: [],
    entries,
    keeps: true,
    taints: true,
    stepMs: 60_000,
    documents: new Map(),
    read: (body, format = 'messages', isHeard = true) => {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      nowMs += rig.stepMs;
      const start = masker.start(SESSION, bytes);
      if (typeof start === 'string') throw new TypeError(start);
      return () => masker.mask({ sessionId: SESSION, bytes, start, format, isHeard, cutsIn: () => [] });
    },
    mask: (...request) => rig.read(...request)(),
    lookup: () => masker.lookup(SESSION),
    known: (said) => masker.known(SESSION, said),
    restart: () => {
      masker = requestMasker(ports, uptimeMs);
    },
  };
  return rig;
}

/** What the rig's detectors see in a text. */
export function seen({ rules, bundle }: Pick<MaskingRig, 'rules' | 'bundle'>, text: string): Inspection {
  const findings = LOOKS.flatMap(([id, look]) =>
    Array.from(text.matchAll(look), ({ 0: match, index }): Finding => ({
      detectorId: id as DetectorId,
      startByte: Buffer.byteLength(text.slice(0, index)),
      endByte: Buffer.byteLength(text.slice(0, index + match.length)),
      startUtf16: index,
      endUtf16: index + match.length,
      confidence: 0.9,
    })),
  );
  return { rules, findings, engines: [], missing: null, bundleDigest: bundle };
}

/** The request as it went up, in one piece. @throws {Error} where it was refused. */
export function wentUp(masking: Masking): MaskedRequest & { readonly bytes: Buffer } {
  if (masking.kind === 'refused') throw new Error(`refused: ${masking.refusal.message}`);
  const bytes = Buffer.concat(masking.pieces);
  if (bytes.length !== masking.length) throw new Error('the length is another');
  return { ...masking, bytes };
}

/** A body as it went up, read. */
export function sent(masking: Masking): JsonObject {
  return JSON.parse(wentUp(masking).bytes.toString()) as JsonObject;
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function user(...content: Json[]): JsonObject {
  return { role: 'user', content };
}

export function assistant(...content: Json[]): JsonObject {
  return { role: 'assistant', content };
}

export function text(said: string): JsonObject {
  return { type: 'text', text: said };
}

export function result(id: string, said: string): JsonObject {
  return { type: 'tool_result', tool_use_id: id, content: said };
}

export function call(id: string, name: string, input: JsonObject): JsonObject {
  return { type: 'tool_use', id, name, input };
}
