import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContentLog } from '../core/gateway-rules.ts';
import { DEFAULT_GATEWAY_RULES } from '../core/gateway-rules.ts';
import type { SessionId } from '../core/ids.ts';
import type { Inspection, PassingText } from '../core/inspection.ts';
import { taintRulesOf } from '../core/taint.ts';
import { detectorId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { requestContents } from '../gateway/content-log/index.ts';
import type { KeptRequest } from '../gateway/content-log/index.ts';
import { requestMasker } from '../gateway/masking/index.ts';
import { placeholderKey } from '../mask/index.ts';
import type { TokenLookup } from '../mask/index.ts';
import { contentKey } from '../seal/index.ts';
import type { ContentKey } from '../seal/index.ts';
import { contentStore } from './content-log.ts';
import { openContents } from './content-reader.ts';
import type { ContentReader } from './content-reader.ts';
import { localKeyWrap } from './key-wrap.ts';
import type { KeyWrap } from './key-wrap.ts';

/** A gateway's way from a body to its kept content, with a folder and keys of its own. For tests. */
export interface ContentRig {
  readonly folder: string;
  /** Made with the first request of a session; null where one was destroyed. */
  readonly keys: Map<SessionId, ContentKey | null>;
  readonly wrap: KeyWrap;
  policy: ContentLog;
  /** What is kept of a request that is masked and then sent. `isGone` names messages of which nothing goes up. */
  send(sessionId: SessionId, body: JsonObject | Buffer, isGone?: (message: string) => boolean): Promise<SentRequest>;
  lookup(sessionId: SessionId): TokenLookup;
  /** Forgets all but what is on the disk. */
  restart(): void;
  reader(sessionId: SessionId, isOpened?: boolean): Promise<ContentReader>;
}

/** A request and what was kept of it. */
export interface SentRequest {
  readonly raw: Buffer;
  readonly sent: Buffer;
  readonly kept: KeptRequest;
}

export function contentRig(folder: string = mkdtempSync(join(tmpdir(), 'sallyport-content-'))): ContentRig {
  const keys = new Map<SessionId, ContentKey | null>();
  const keyOf = (id: SessionId): ContentKey | null => keys.get(id) ?? null;
  const wrap = localKeyWrap(keyOf);
  const ports = {
    inspects: () => true,
    inspect: ({ text }: PassingText) => Promise.resolve(inspectionOf(text)),
    rules: () => ({ gateway: DEFAULT_GATEWAY_RULES, bundle: 'bundle-1' }),
    readDocument: () => Promise.resolve(null),
    store: {
      open: () => ({ key: placeholderKey(Buffer.alloc(32, 1)), entries: [], append: () => undefined }),
    },
    read: () => Promise.resolve(),
  };
  let masker = requestMasker(ports);
  let contents = requestContents(contentStore(folder, wrap));
  const rig: ContentRig = {
    folder,
    keys,
    wrap,
    policy: 'masked',
    send: async (sessionId, body, isGone = () => false) => {
      if (!keys.has(sessionId)) keys.set(sessionId, contentKey(randomBytes(32)));
      const raw = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
      const start = masker.start(sessionId, raw);
      if (typeof start === 'string') throw new TypeError(start);
      const masking = await masker.mask({
        sessionId,
        bytes: raw,
        start,
        format: 'messages',
        isHeard: true,
        cutsIn: (bytes, { start: from, end }) => (isGone(bytes.toString('utf8', from, end)) ? 'gone' : []),
      });
      if (masking.kind === 'refused') throw new Error(masking.refusal.message);
      const kept = await contents.keep({ sessionId, policy: rig.policy, bytes: raw, start, masking });
      if (kept.kind === 'refused') throw new Error(`${kept.refusal.why}: ${kept.refusal.message}`);
      return { raw, sent: Buffer.concat(masking.pieces), kept };
    },
    lookup: (sessionId) => masker.lookup(sessionId),
    restart: () => {
      masker = requestMasker(ports);
      contents = requestContents(contentStore(folder, wrap));
    },
    reader: async (sessionId, isOpened = true) => {
      const reader = await openContents({ folder, sessionId, keys: isOpened ? wrap : null });
      if (reader === null) throw new Error('nothing is kept');
      return reader;
    },
  };
  return rig;
}

/** Sees addresses and keys, each by its look. */
function inspectionOf(text: string): Inspection {
  const findings = Array.from(text.matchAll(/[a-z.]+@[a-z]+\.example|KEY[A-Z0-9]{12}/g), ({ 0: match, index }) => ({
    detectorId: detectorId(match.startsWith('KEY') ? 'secret/key' : 'pii/email'),
    startByte: Buffer.byteLength(text.slice(0, index)),
    endByte: Buffer.byteLength(text.slice(0, index + match.length)),
    startUtf16: index,
    endUtf16: index + match.length,
    confidence: 0.9,
  }));
  const taint = taintRulesOf({ onFinding: 'ask', taint: true });
  const rules = { secret: 'mask', pii: 'mask', company: 'redact', injection: 'ask', taint } as const;
  return { rules, findings, engines: [], missing: null, bundleDigest: 'bundle-1' };
}
