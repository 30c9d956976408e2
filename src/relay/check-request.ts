import type http from 'node:http';
import { parseSessionId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { codingRefusal, headerValues, routeOf } from '../gateway/index.ts';
import type { Refusal } from '../gateway/index.ts';
import { PROOF_HEADER, SESSION_HEADER } from '../identity/index.ts';
import { askedModel } from './asked-model.ts';
import type { AskedModel } from './asked-model.ts';
import type { RelayRules } from './ports.ts';

/** The head of a request that may be looked into further. */
export interface RelayHead extends AskedModel {
  readonly isStream: boolean;
  readonly isConverse: boolean;
  /** Bytes of the body, as the head says. */
  readonly bodyBytes: number;
  readonly contentType: string;
  readonly proof: string;
}

/**
 * Reads the head of a request: only what runs a model of Bedrock goes on, asked by this gateway's name, with one proof and
 * a body of known length that is plain JSON.
 */
export function checkHead(request: http.IncomingMessage, name: string, rules: RelayRules): RelayHead | Refusal {
  const target = request.url ?? '';
  const route = routeOf(request.method ?? '', target);
  // A query is signed along, and could name another version of the service.
  const isKnown = route.kind === 'messages' && route.protocol === 'bedrock' && !target.includes('?');
  const asked = isKnown && 'model' in route.operation ? askedModel(target, route.operation.model) : null;
  if (asked === null) {
    return {
      why: 'unknown-path',
      message: 'Sallyport gateway: only paths that run a model of Bedrock are served here.',
    };
  }
  if (!isNamed(headerValues(request.rawHeaders, 'host'), name)) {
    return { why: 'wrong-host', message: 'Sallyport gateway: this is not the host that the request names.' };
  }
  const proofs = headerValues(request.rawHeaders, PROOF_HEADER);
  const [proof] = proofs;
  if (proof === undefined || proofs.length !== 1) {
    return {
      why: 'no-identity',
      message:
        'Sallyport gateway: this request does not prove which host it comes from. ' +
        'Write `upstream_auth: aws-identity` beside `upstream` in the policy of the host.',
    };
  }
  const coding = codingRefusal(request.rawHeaders);
  if (coding !== null) return coding;
  const bodyBytes = lengthOf(request.rawHeaders);
  if (bodyBytes === null) return unreadable('it does not say the length of its body');
  if (bodyBytes > rules.maxBodyBytes) {
    return { why: 'body-too-large', message: `Sallyport gateway: the request is over ${rules.maxBodyBytes} bytes.` };
  }
  return {
    ...asked,
    // An id has no slash here: what stands behind the last one is the operation.
    isStream: asked.path.endsWith('-stream'),
    isConverse: asked.path.includes('/converse'),
    bodyBytes,
    contentType: headerValues(request.rawHeaders, 'content-type')[0] ?? 'application/json',
    proof,
  };
}

/**
 * Why a model may not be asked for here; null where it may. One whose id does not say which model answers must stand in the
 * policy by its whole id: a pattern says what the policy's author expects behind a name, and that may be anything.
 */
export function modelRefusal({ model, isTelling }: RelayHead, rules: RelayRules): Refusal | null {
  if (!rules.mayUseModel(model)) return MODEL_DENIED;
  return isTelling || rules.namesModel(model) ? null : MODEL_UNNAMED;
}

const MODEL_DENIED: Refusal = {
  why: 'model-denied',
  message: 'Sallyport gateway: the policy does not allow this model. Choose another one with `/model`.',
};
const MODEL_UNNAMED: Refusal = {
  why: 'model-denied',
  message:
    'Sallyport gateway: this id does not say which model answers, so the policy must name it whole in `models.allow`. ' +
    'Choose another one with `/model`.',
};

/** What a host claims and nobody proved. */
export function claimsOf(request: http.IncomingMessage): JsonObject {
  const one = (name: string): string | null => {
    const values = headerValues(request.rawHeaders, name);
    return values.length === 1 ? (values[0] ?? null) : null;
  };
  const clientSessionId = one('x-claude-code-session-id');
  return {
    sessionId: parseSessionId(one(SESSION_HEADER) ?? ''),
    clientSessionId: clientSessionId !== null && CLIENT_ID.test(clientSessionId) ? clientSessionId : null,
  };
}

const CLIENT_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The fields of a request that go up; all others are between host and gateway, or name somebody who pays or asks. */
export function isForwarded(name: string): boolean {
  return FORWARDED.has(name) || name.startsWith('x-amzn-bedrock-');
}

const FORWARDED: ReadonlySet<string> = new Set(['accept', 'content-type', 'user-agent']);

function isNamed(hosts: readonly string[], name: string): boolean {
  const [host] = hosts;
  return hosts.length === 1 && host !== undefined && host.toLowerCase().replace(/:[0-9]{1,5}$/, '') === name;
}

/** Null where no length is said, or in two ways: two readers could see different ends of the body. */
function lengthOf(raw: readonly string[]): number | null {
  const lengths = headerValues(raw, 'content-length');
  const [length] = lengths;
  if (lengths.length !== 1 || length === undefined || !/^[0-9]{1,10}$/.test(length)) return null;
  return headerValues(raw, 'transfer-encoding').length === 0 ? Number(length) : null;
}

function unreadable(what: string): Refusal {
  return { why: 'unreadable-request', message: `Sallyport gateway refused this request: ${what}.` };
}
