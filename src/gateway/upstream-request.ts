import { SallyportError } from '../core/error.ts';
import type { CheckedRequest, ExchangeRoom } from './checked-request.ts';
import { faultName } from './fault-name.ts';
import { requestHeaders } from './headers.ts';
import type { RawHeaders } from './headers.ts';
import type { Upstream } from './ports.ts';
import type { Refusal } from './refusal.ts';
import type { VertexPlace } from './routes.ts';
import { awsSignature } from './sign.ts';
import { upstreamTarget } from './upstream.ts';
import type { UpstreamRequest, UpstreamTarget } from './upstream.ts';

/** Where a request goes first, or why it can go nowhere. */
export async function usualUpstream(room: ExchangeRoom, checked: CheckedRequest): Promise<Upstream | Refusal> {
  const { session } = checked.caller;
  return await orNoUpstream(room, async () => {
    const upstream = await room.ports.upstreamFor(session);
    if (upstream === null || upstream.provider !== session.provider) {
      return noUpstream(`no ${session.provider} upstream or credential is set up`);
    }
    return upstream.provider === 'vertex' && !isPlaceOf(upstream, checked.route.place) ? OTHER_PLACE : upstream;
  });
}

/** What `make` gives; a fault of it is told to the operator, and to the developer as far as it was made for people. */
export async function orNoUpstream<T>(room: ExchangeRoom, make: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await make();
  } catch (error) {
    room.ports.logError?.(`gateway: no upstream: ${faultName(error)}`);
    if (!(error instanceof SallyportError)) return noUpstream('its credentials or address could not be had');
    return noUpstream(error.hint === null ? error.message : `${error.message}. ${error.hint}`);
  }
}

/**
 * A request as it goes to one upstream, with that one's address and credentials.
 *
 * @throws {Error} where its credentials or address cannot be had.
 */
export async function upstreamRequest(
  room: ExchangeRoom,
  checked: CheckedRequest,
  upstream: Upstream,
  signal: AbortSignal,
): Promise<UpstreamRequest> {
  const target = upstreamTarget(baseUrlFor(upstream, checked));
  const path = `${target.pathPrefix}${checked.target}`;
  const contentLength = checked.method === 'POST' || checked.body.length > 0 ? checked.body.length : null;
  const credentials = await credentialHeaders(upstream, { ...checked, path, target }, room.ports.clock());
  const headers = requestHeaders(checked.rawHeaders, {
    host: target.host,
    contentLength,
    credentials,
    dropped: (name) => name.startsWith(OWN_FIELDS[upstream.provider]) || name.startsWith(OUR_FIELDS),
    secret: checked.caller.token,
  });
  const { timeouts } = room.ports.content.rules().gateway;
  return { target, method: checked.method, path, headers, body: checked.body.pieces, timeouts, signal };
}

/** How the header fields begin by which a client could say to the service who asks or who pays. */
const OWN_FIELDS = { anthropic: 'x-api-key', bedrock: 'x-amz-', vertex: 'x-goog-' } as const;

/** Fields between a host's gateway and a central one: a client's own must not pass for the host's. */
const OUR_FIELDS = 'x-sallyport-';

function isPlaceOf(upstream: Upstream & { readonly provider: 'vertex' }, place: VertexPlace | null): boolean {
  return place !== null && place.project === upstream.project && place.location === upstream.location;
}

const OTHER_PLACE: Refusal = {
  why: 'wrong-provider',
  message:
    'Sallyport: this request names another project or location of Vertex than the policy does. ' +
    'Unset `VERTEX_REGION_…` variables.',
};

/** The address that answers a request at an upstream. */
export function baseUrlFor(upstream: Upstream, checked: CheckedRequest): string {
  const isControlPlane = checked.route.kind === 'other' && checked.route.isControlPlane;
  // Profiles are listed by the control plane, whose host differs from the runtime's by one word.
  return isControlPlane ? upstream.baseUrl.replace('://bedrock-runtime.', '://bedrock.') : upstream.baseUrl;
}

async function credentialHeaders(
  upstream: Upstream,
  request: Omit<CheckedRequest, 'target'> & { readonly path: string; readonly target: UpstreamTarget },
  nowMs: number,
): Promise<ReadonlyArray<readonly [name: string, value: string]>> {
  if (upstream.provider === 'vertex') {
    return upstream.bearer === null ? [] : [['authorization', `Bearer ${await upstream.bearer()}`]];
  }
  const bearer: ReadonlyArray<readonly [string, string]> =
    upstream.bearer === undefined || upstream.bearer === null ? [] : [['authorization', `Bearer ${upstream.bearer}`]];
  if (upstream.provider === 'anthropic') {
    return upstream.apiKey === null ? bearer : [['x-api-key', upstream.apiKey], ...bearer];
  }
  if (upstream.proof !== undefined) {
    return await upstream.proof(request.target.hostname, request.caller.session.id);
  }
  if (bearer.length > 0 || upstream.credentials === null) return bearer;
  const signed = {
    method: request.method,
    target: request.path,
    host: request.target.host,
    contentType: contentTypeOf(request.rawHeaders),
    bodySha256: request.body.sha256,
  };
  return await awsSignature(signed, await upstream.credentials(), upstream.region, nowMs);
}

function contentTypeOf(raw: RawHeaders): string | null {
  const at = raw.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type');
  return at === -1 ? null : (raw[at + 1] ?? null);
}

function noUpstream(what: string): Refusal {
  return { why: 'no-upstream', message: `Sallyport: ${what}. Run \`sallyport doctor\`.` };
}
