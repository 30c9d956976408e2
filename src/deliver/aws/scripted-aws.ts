import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pace } from './aws-call.ts';
import type { AwsAddress, AwsKeys } from './aws-client-settings.ts';

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is answered. `cut` ends the connection: before the head, or after half of the body. `silent` never answers. */
export type ScriptedReply =
  | 'silent'
  | 'cut'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
      readonly isCut?: boolean;
    };

/** A service of AWS that answers as a test says, for what emulators cannot do. */
export interface ScriptedAws {
  readonly endpoint: string;
  readonly seen: readonly SeenRequest[];
  /** Where a sink or store finds it, with credentials that nobody checks. */
  readonly address: AwsAddress;
}

export const MADE_KEYS: AwsKeys = { accessKeyId: 'AKMADE', secretAccessKey: 'made' };

/** Starts the service; it ends with the test. `answer` gets each request and its place in the order. */
export async function scriptedAws(
  t: { after(fn: () => Promise<void>): void },
  answer: (request: SeenRequest, place: number) => ScriptedReply,
): Promise<ScriptedAws> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one: SeenRequest = { method, path: url, headers, body: Buffer.concat(chunks) };
      const reply = answer(one, seen.push(one) - 1);
      if (reply === 'silent') return;
      if (reply === 'cut') {
        request.socket.destroy();
        return;
      }
      const body = Buffer.from(reply.body ?? '');
      response.writeHead(reply.status, { 'content-length': body.length, ...reply.headers });
      if (reply.isCut === true) {
        response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
      } else {
        response.end(method === 'HEAD' ? undefined : body);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const address = { endpoint, region: 'eu-central-1', keys: () => Promise.resolve(MADE_KEYS) };
  return { endpoint, seen, address };
}

/** The answer of S3 to a request that it refuses. */
export function s3Refusal(
  status: number,
  code: string,
  more = '',
  headers: Readonly<Record<string, string>> = {},
): ScriptedReply {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>AKMADE is not welcome</Message>${more}</Error>`;
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}

/** The answer of a service that speaks JSON to a request that it refuses. */
export function jsonRefusal(status: number, code: string): ScriptedReply {
  const body = JSON.stringify({ __type: code, message: 'AKMADE is not welcome' });
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code }, body };
}

/** The answer of a service that speaks JSON. */
export function jsonReply(value: unknown): ScriptedReply {
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(value) };
}

/** No wait takes any time; what would have been waited is kept. */
export function hastyPace(): Pace & { readonly waitedMs: readonly number[] } {
  const waitedMs: number[] = [];
  return {
    waitedMs,
    sleep: (durationMs) => {
      waitedMs.push(durationMs);
      return Promise.resolve();
    },
    random: () => 0.5,
  };
}
