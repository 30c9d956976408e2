import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { stsHost } from '../core/sts-host.ts';
import { GATEWAY_HEADER, PROOF_SECONDS, proofText } from './proof.ts';

/** Keys of the role that is proven. */
export interface RoleKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ProverPorts {
  /** Asked for each new proof. */
  readonly keys: () => Promise<RoleKeys>;
  readonly region: string;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
}

/** A proof is made anew when it has less than this left: a request may wait for its turn, and clocks differ. */
const RENEW_BEFORE_MS = 90_000;
/** Gateways of one policy: its upstream and its fallbacks. */
const MAX_GATEWAYS = 16;

/**
 * Makes proofs of who we are to AWS, each for one gateway: a presigned `sts:GetCallerIdentity` whose signature covers the
 * gateway's name. It is never sent to STS from here, and lets its holder do nothing but learn our role's name.
 * One proof serves all requests of some minutes. Holds state; one per daemon.
 *
 * @returns what makes the proof for a gateway, named by its host. Rejects where the keys cannot be had.
 */
export function identityProver({ keys, region, clock }: ProverPorts): (gateway: string) => Promise<string> {
  const made = new Map<string, { readonly text: string; readonly goodUntilMs: number }>();
  return async (gateway) => {
    const nowMs = clock();
    const known = made.get(gateway);
    // A clock that was set back leaves a proof of the future, which no gateway takes.
    if (known !== undefined && nowMs < known.goodUntilMs && nowMs > known.goodUntilMs - PROOF_SECONDS * 1_000) {
      return known.text;
    }
    const text = await proofFor(gateway, await keys(), region, nowMs);
    if (made.size >= MAX_GATEWAYS && !made.has(gateway)) made.clear();
    made.set(gateway, { text, goodUntilMs: nowMs + PROOF_SECONDS * 1_000 - RENEW_BEFORE_MS });
    return text;
  };
}

async function proofFor(gateway: string, keys: RoleKeys, region: string, nowMs: number): Promise<string> {
  const signer = new SignatureV4({ service: 'sts', region, credentials: keys, sha256: Sha256 });
  const signed = await signer.presign(
    new HttpRequest({
      method: 'GET',
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: stsHost(region), [GATEWAY_HEADER]: gateway },
    }),
    {
      expiresIn: PROOF_SECONDS,
      signingDate: new Date(nowMs),
      unhoistableHeaders: new Set([GATEWAY_HEADER]),
      signableHeaders: new Set(['host', GATEWAY_HEADER]),
    },
  );
  const value = (name: string): string => {
    const found = signed.query?.[name];
    if (typeof found !== 'string') throw new TypeError('a presigned request lacks a parameter');
    return found;
  };
  return proofText(
    { region },
    {
      accessKeyId: keys.accessKeyId,
      date: value('X-Amz-Date'),
      sessionToken: keys.sessionToken ?? null,
      signature: value('X-Amz-Signature'),
    },
  );
}
