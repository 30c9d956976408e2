import http from 'node:http';
import https from 'node:https';
import { z } from 'zod';
import { stsHost } from '../core/sts-host.ts';
import type { CallerFacts } from './aws-role.ts';
import { GATEWAY_HEADER, proofTarget } from './proof.ts';
import type { ProofParts, StsPlace } from './proof.ts';

/** What STS says of a proof. */
export type StsAnswer =
  | { readonly kind: 'caller'; readonly facts: CallerFacts }
  /** It does not take the signature, or not any more. */
  | { readonly kind: 'rejected' }
  /** It could not be asked, or did not answer as it does: nothing is known of the proof. */
  | { readonly kind: 'silent'; readonly why: string };

/** The service that knows whose keys made a signature. */
export interface Sts {
  /** Never throws. */
  ask(parts: ProofParts, gateway: string): Promise<StsAnswer>;
  close(): void;
}

export interface StsOptions extends StsPlace {
  /** Where it is connected to: `https`, or `http` to this machine. The request names the region's own host all the same. */
  readonly url: string;
  readonly timeoutMs?: number;
}

/** Milliseconds until the whole answer is there. */
const ASK_TIMEOUT_MS = 5_000;
/** Bytes of an answer, whose parts are all bounded. */
const MAX_ANSWER_BYTES = 16_384;
/** Requests to STS at one time. */
const MAX_SOCKETS = 8;

/** Asks STS by requests that are written here from the parts of a proof, never by an address that came with one. */
export function stsClient({ url, region, timeoutMs = ASK_TIMEOUT_MS }: StsOptions): Sts {
  const place = new URL(url);
  const isTls = place.protocol === 'https:';
  const agent = isTls
    ? new https.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS })
    : new http.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS });
  return {
    async ask(parts, gateway) {
      try {
        const { status, body } = await answer(
          (isTls ? https : http).request({
            agent,
            hostname: place.hostname.replace(/^\[(.*)\]$/, '$1'),
            port: place.port === '' ? (isTls ? 443 : 80) : Number(place.port),
            method: 'GET',
            path: proofTarget({ region }, parts),
            setHost: false,
            headers: { Host: stsHost(region), [GATEWAY_HEADER]: gateway, Accept: 'application/json' },
            signal: AbortSignal.timeout(timeoutMs),
            maxHeaderSize: MAX_ANSWER_BYTES,
            insecureHTTPParser: false,
          }),
        );
        if (status === 200) return callerOf(body);
        // These four are how STS says no: malformed, expired, unknown key, wrong signature.
        return status === 400 || status === 401 || status === 403
          ? rejectedOr(body, status)
          : { kind: 'silent', why: `it answered ${status}` };
      } catch (error) {
        const name = error instanceof Error ? ('code' in error ? String(error.code) : error.name) : 'fault';
        return { kind: 'silent', why: name };
      }
    },
    close: () => agent.destroy(),
  };
}

/** A throttled request has status 400 as well and says nothing of the proof. */
function rejectedOr(body: string, status: number): StsAnswer {
  return /Throttl|RequestLimit|TooManyRequests|SlowDown/.test(body)
    ? { kind: 'silent', why: `it answered ${status}, being asked too often` }
    : { kind: 'rejected' };
}

const answerSchema = z.object({
  GetCallerIdentityResponse: z.object({
    GetCallerIdentityResult: z.object({
      Arn: z.string().max(2_048),
      Account: z.string().max(12),
      UserId: z.string().max(256),
    }),
  }),
});

function callerOf(body: string): StsAnswer {
  try {
    const result = answerSchema.parse(JSON.parse(body)).GetCallerIdentityResponse.GetCallerIdentityResult;
    return { kind: 'caller', facts: { arn: result.Arn, account: result.Account, userId: result.UserId } };
  } catch {
    return { kind: 'silent', why: 'its answer cannot be read' };
  }
}

function answer(request: http.ClientRequest): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error('switched protocols'));
    });
    request.once('response', (reply) => {
      const chunks: Buffer[] = [];
      let length = 0;
      reply.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES) reply.destroy(new Error('answered at too great a length'));
        else chunks.push(chunk);
      });
      reply.once('error', reject);
      reply.once('aborted', () => reject(new Error('broke off its answer')));
      reply.once('end', () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
    });
    request.end();
  });
}
