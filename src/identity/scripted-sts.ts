import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** Somebody whose keys the scripted STS knows. */
export interface KnownKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly arn: string;
  readonly account: string;
  readonly userId: string;
}

/** How it answers; `as-aws` checks the signature and says whose it is. */
export type StsMood = 'as-aws' | 'throttles' | 'fails' | 'hangs' | 'redirects' | 'babbles' | 'floods' | 'cuts' | 'xml';

/** A stand-in for AWS STS on a port of this machine, which checks signatures by code of its own. */
export interface ScriptedSts {
  readonly url: string;
  mood: StsMood;
  /** Requests so far, by path and query. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** What AWS allows a presigned request to STS, whatever it says of its own end. */
const STS_MAX_AGE_MS = 900_000;

export async function scriptedSts(
  known: readonly KnownKeys[],
  region: string,
  clock: () => number = () => Date.now(),
): Promise<ScriptedSts> {
  const server = http.createServer((request, response) => {
    sts.asked.push(request.url ?? '');
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    switch (sts.mood) {
      case 'as-aws': {
        const keys = known.find((one) => isSignedBy(one, request, region, clock()));
        if (keys === undefined) return answer(403, { Error: { Code: 'SignatureDoesNotMatch' } });
        return answer(200, identityAnswer(keys));
      }
      case 'throttles':
        return answer(400, { Error: { Code: 'Throttling' } });
      case 'fails':
        return answer(500, { Error: { Code: 'InternalFailure' } });
      case 'hangs':
        return undefined;
      case 'redirects':
        response.writeHead(302, { location: 'http://127.0.0.1:1/' });
        return void response.end();
      case 'babbles':
        return answer(200, 'yes');
      case 'xml':
        return answer(
          200,
          '<GetCallerIdentityResponse><Arn>arn:aws:sts::1:assumed-role/a/b</Arn></GetCallerIdentityResponse>',
        );
      case 'floods':
        return answer(200, ' '.repeat(1_000_000));
      case 'cuts':
        response.writeHead(200, { 'content-length': '500' });
        response.write('{"GetCaller');
        return void turn().then(() => response.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sts: ScriptedSts = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: 'as-aws',
    asked: [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return sts;
}

/** What STS answers for these keys. */
export function identityAnswer({ arn, account, userId }: Pick<KnownKeys, 'arn' | 'account' | 'userId'>): unknown {
  return {
    GetCallerIdentityResponse: {
      GetCallerIdentityResult: { Account: account, Arn: arn, UserId: userId },
      ResponseMetadata: { RequestId: '00000000-0000-0000-0000-000000000000' },
    },
  };
}

function isSignedBy(keys: KnownKeys, request: http.IncomingMessage, region: string, nowMs: number): boolean {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const pairs = query.split('&').map((one) => one.split('=', 2) as [string, string]);
  const value = (name: string): string => decodeURIComponent(pairs.find(([key]) => key === name)?.[1] ?? '');
  const date = value('X-Amz-Date');
  const scope = `${date.slice(0, 8)}/${region}/sts/aws4_request`;
  if (request.method !== 'GET' || value('Action') !== 'GetCallerIdentity' || path !== '/') return false;
  if (value('X-Amz-Credential') !== `${keys.accessKeyId}/${scope}`) return false;
  if (value('X-Amz-Security-Token') !== (keys.sessionToken ?? '')) return false;
  const atMs = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (!(Math.abs(nowMs - atMs) <= STS_MAX_AGE_MS)) return false;
  const signed = value('X-Amz-SignedHeaders').split(';');
  if (!signed.includes('host')) return false;
  const canonicalRequest = [
    'GET',
    '/',
    pairs
      .filter(([key]) => key !== 'X-Amz-Signature')
      .map(([key, text]) => `${key}=${text}`)
      .sort()
      .join('&'),
    ...signed.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}`),
    '',
    signed.join(';'),
    createHash('sha256').update('').digest('hex'),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonicalRequest).digest('hex')].join(
    '\n',
  );
  const key = [date.slice(0, 8), region, 'sts', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${keys.secretAccessKey}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex') === value('X-Amz-Signature');
}
