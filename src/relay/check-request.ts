import type http from 'node:http';
import { parseSessionId } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { codingRefusal, headerValues, routeOf } from '../gateway/index.ts';
import type { Refusal } from '../gateway/index.ts';
import { PROOF_HEADER, SESSION_HEADER } from '../identity/index.ts';
import type { RelayRules } from './ports.ts';

/** The head of a request that may be looked into further. */
export interface RelayHead {
  /** Path as sent, without a query: none of the paths here has one. */
  readonly path: string;
  readonly model: string;
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
  if (!isKnown || !('model' in route.operation)) {
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
    path: target,
    model: route.operation.model,
    isStream: route.operation.streams === 'always',
    isConverse: route.format === 'converse',
    bodyBytes,
    contentType: headerValues(request.rawHeaders, 'content-type')[0] ?? 'application/json',
    proof,
  };
}

/**
 * Whether a model may be asked for here: by the policy, and by a name that says what it is. Behind other resources than
 * these two stands whatever their owner put there, under a name of his choice.
 */
export function isAllowedModel({ model }: RelayHead, rules: RelayRules): boolean {
  return (!model.toLowerCase().startsWith('arn:') || TELLING_ARN.test(model)) && rules.mayUseModel(model);
}

const TELLING_ARN =
  /^arn:aws(?:-[a-z]{2,10}){0,2}:bedrock:[a-z0-9-]{1,30}:(?:[0-9]{12}:inference-profile|:foundation-model)\/[A-Za-z0-9._:-]{1,256}$/;

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
