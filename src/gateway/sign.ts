import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

import type { Sha256 as BodySha256 } from '../core/ids.ts';
import type { AwsCredentials } from './ports.ts';

/** The request that a signature is to cover, as it goes on the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly host: string;
  readonly contentType: string | null;
  /** Over the body as it goes up. */
  readonly bodySha256: BodySha256;
}

/**
 * Signs a request to Bedrock by AWS Signature Version 4. Only the host, the content type and the fields of the signature
 * itself are covered, so that no other header needs to reach AWS as it was.
 *
 * @returns the header fields to add.
 */
export async function awsSignature(
  request: SignedRequest,
  credentials: AwsCredentials,
  region: string,
  nowMs: number,
): Promise<ReadonlyArray<readonly [name: string, value: string]>> {
  const signer = new SignatureV4({ service: 'bedrock', region, credentials, sha256: Sha256 });
  const [path = '/', query = ''] = splitOnce(request.target, '?');
  const signed = await signer.sign(
    new HttpRequest({
      method: request.method,
      path,
      query: queryParameters(query),
      headers: {
        host: request.host,
        ...(request.contentType === null ? {} : { 'content-type': request.contentType }),
        // Given here, the signer need not hash the body again, which it does in JavaScript.
        'x-amz-content-sha256': request.bodySha256,
      },
    }),
    { signingDate: new Date(nowMs) },
  );
  return Object.entries(signed.headers).filter(([name]) => name === 'authorization' || name.startsWith('x-amz-'));
}

/** @throws {URIError} where the query cannot be decoded; the request is then not sent. */
function queryParameters(query: string): Record<string, string | string[]> {
  const parameters: Record<string, string | string[]> = {};
  for (const part of query.split('&')) {
    if (part === '') continue;
    const [name = '', value = ''] = splitOnce(part, '=').map((text) => decodeURIComponent(text));
    const before = parameters[name];
    parameters[name] = before === undefined ? value : [before, value].flat();
  }
  return parameters;
}

function splitOnce(text: string, at: string): readonly string[] {
  const index = text.indexOf(at);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
