import { createHash } from 'node:crypto';
import type http from 'node:http';
import type { Sha256 } from '../core/ids.ts';
import { awsSignature, ClientGone, faultName, replyHeaders, requestHeaders, upstreamTarget } from '../gateway/index.ts';
import type { ClientWriter, Refusal, UpstreamClient } from '../gateway/index.ts';
import { isForwarded } from './check-request.ts';
import type { RelayHead } from './check-request.ts';
import type { RelayPorts, RelayRules } from './ports.ts';

/** A request that was let in and recorded. */
export interface OutgoingRequest {
  readonly head: RelayHead;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly bodySha256: Sha256;
}

/**
 * Signs a request with the gateway's own role and sends it to Bedrock. Of its headers only those go along that say
 * something about the reply.
 *
 * @returns the head of the reply, or why there is none.
 */
export async function sendUp(
  ports: RelayPorts,
  upstreams: UpstreamClient,
  rules: RelayRules,
  { head, rawHeaders, body, bodySha256 }: OutgoingRequest,
  signal: AbortSignal,
): Promise<http.IncomingMessage | Refusal> {
  try {
    const target = upstreamTarget(ports.upstream.baseUrl);
    const path = `${target.pathPrefix}${head.path}`;
    const signed = { method: 'POST', target: path, host: target.host, contentType: head.contentType, bodySha256 };
    const credentials = await ports.upstream.credentials();
    const headers = requestHeaders(rawHeaders, {
      host: target.host,
      contentLength: body.length,
      credentials: await awsSignature(signed, credentials, ports.upstream.region, ports.clock()),
      dropped: (name) => !isForwarded(name),
      secret: head.proof,
    });
    const { timeouts } = rules;
    const reply = await upstreams.send({ target, method: 'POST', path, headers, body: [body], timeouts, signal });
    const status = reply.statusCode ?? 0;
    if (status >= 200 && (status < 300 || status >= 400)) return reply;
    reply.destroy();
    // Whoever followed a redirect would take the request to where nobody looks.
    return failed('answered with a redirect');
  } catch (error) {
    if (!signal.aborted) ports.logError(`Bedrock was not reached: ${faultName(error)}`);
    return failed('could not be reached');
  }
}

/** How a reply ended. */
export type Ended = 'complete' | 'upstream-cut' | 'client-gone';

/** Passes a reply on, byte for byte, as it comes; its end is left to the caller. */
export async function passDown(
  reply: http.IncomingMessage,
  client: ClientWriter,
  see: (chunk: Buffer) => void,
): Promise<Ended> {
  client.head(reply.statusCode ?? 0, reply.statusMessage ?? '', replyHeaders(reply.rawHeaders, false));
  try {
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      await client.write(chunk);
      see(chunk);
    }
    // Where only the connection tells of the end, it may have been cut there.
    const isDelimited =
      reply.headers['transfer-encoding'] !== undefined || reply.headers['content-length'] !== undefined;
    return isDelimited ? 'complete' : 'upstream-cut';
  } catch (error) {
    return error instanceof ClientGone || client.goneSignal.aborted ? 'client-gone' : 'upstream-cut';
  }
}

/** Digest of bytes as records hold it. */
export function sha256(bytes: Buffer): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}

function failed(what: string): Refusal {
  return { why: 'upstream-failed', message: `Sallyport gateway: the model service ${what}.` };
}
