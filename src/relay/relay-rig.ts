import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import type { AuditRecord } from '../core/audit.ts';
import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { PROOF_HEADER } from '../identity/index.ts';
import type { AwsCaller, Identity } from '../identity/index.ts';
import type { RelayRules } from './ports.ts';
import type { RelayLimits } from './relay-limits.ts';
import { startRelay } from './server.ts';
import type { Relay, RelayAddress } from './server.ts';

export const NAME = 'gateway.agents.example.com';
export const PATH = '/model/eu.anthropic.claude-opus-x-v1%3A0/invoke-with-response-stream';
/** A model that the policy names by its whole id. */
export const NAMED_MODEL = 'arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/abc123def456';
export const HOST_CALLER: AwsCaller = {
  account: '111122223333',
  role: 'sallyport-host',
  session: 'i-0123456789abcdef0',
  userId: 'AROAEXAMPLEEXAMPLE01:i-0123456789abcdef0',
};
/** The proof that the rig takes for the host's. */
export const PROOF = `v1.${'A'.repeat(40)}`;
/** What the gateway signs with, and nobody else has. */
export const TASK_KEYS = {
  accessKeyId: 'ASIATASKROLE00000001',
  secretAccessKey: 'secret-of-the-task',
  sessionToken: 'token-of-the-task',
};

/** A request as it came to Bedrock. */
export interface AskedBedrock {
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly reply: http.ServerResponse;
  /** Whether it is signed by the role of the gateway, as computed here by other code. */
  readonly isSigned: boolean;
}

export interface RelayRig {
  readonly relay: Relay;
  readonly asked: AskedBedrock[];
  readonly records: AuditRecord[];
  readonly logged: string[];
  /** How Bedrock answers. */
  bedrock: (asked: AskedBedrock) => void;
  /** Who a proof is of. */
  identify: (proof: string) => Promise<Identity>;
  /** Called with each record before it counts as durable. */
  onAppend: (record: AuditRecord) => Promise<void>;
  isReady: boolean;
  rules: RelayRules;
  /** Adds to the uptime, which stands still by itself. */
  passMs: (ms: number) => void;
  bodies(event: string): readonly JsonObject[];
  close(): Promise<void>;
}

export async function relayRig(limits: Partial<RelayLimits> = {}, tls: RelayAddress['tls'] = null): Promise<RelayRig> {
  const asked: AskedBedrock[] = [];
  const records: AuditRecord[] = [];
  const logged: string[] = [];
  let uptimeMs = 0;
  const bedrock = http.createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url = '', rawHeaders, headers } = request;
      const body = Buffer.concat(chunks);
      const isSigned = isSignedByTask(url, headers, body);
      const one = { url, rawHeaders, headers, body, reply, isSigned };
      asked.push(one);
      rig.bedrock(one);
    });
  });
  await new Promise<void>((resolve) => bedrock.listen(0, '127.0.0.1', resolve));
  const relay = await startRelay(
    {
      name: NAME,
      identify: (proof) => rig.identify(proof),
      rules: () => rig.rules,
      upstream: {
        baseUrl: `http://127.0.0.1:${(bedrock.address() as AddressInfo).port}`,
        region: 'eu-central-1',
        credentials: () => Promise.resolve(TASK_KEYS),
      },
      audit: {
        append: async (record) => {
          await rig.onAppend(record);
          records.push(record);
          return { index: records.length - 1, hash: '0'.repeat(64) as Sha256 };
        },
      },
      isReady: () => rig.isReady,
      clock: () => Date.now(),
      uptimeMs: () => uptimeMs,
      logError: (line) => void logged.push(line),
    },
    { host: '127.0.0.1', port: 0, tls, limits },
  );
  const rig: RelayRig = {
    relay,
    asked,
    records,
    logged,
    bedrock: ({ reply }) => {
      reply.writeHead(200, { 'content-type': 'application/json', 'x-amzn-requestid': 'req-1' });
      reply.end('{"ok":true}');
    },
    identify: (proof) =>
      Promise.resolve(
        proof === PROOF
          ? { kind: 'caller', caller: HOST_CALLER }
          : { kind: 'refused', why: 'proof-rejected', caller: null },
      ),
    onAppend: () => Promise.resolve(),
    isReady: true,
    rules: {
      bundle: 'b'.repeat(64) as Sha256,
      mayUseModel: (model) => model.includes('claude-opus') || model === NAMED_MODEL,
      namesModel: (model) => model === NAMED_MODEL || model === 'claude-opus',
      maxBodyBytes: 1_000_000,
      timeouts: { connectMs: 2_000, idleMs: 10_000 },
    },
    passMs: (ms) => {
      uptimeMs += ms;
    },
    bodies: (event) => records.map(({ body }) => body).filter((body) => body['event'] === event),
    close: async () => {
      await relay.close();
      bedrock.closeAllConnections();
      await new Promise((resolve) => bedrock.close(resolve));
    },
  };
  return rig;
}

/** Runs a test against a rig and closes it, whatever comes of the test. */
export async function usingRelay(
  use: (rig: RelayRig) => Promise<void>,
  limits: Partial<RelayLimits> = {},
): Promise<void> {
  const rig = await relayRig(limits);
  try {
    await use(rig);
  } finally {
    await rig.close();
  }
}

/** A request of a host, as its bytes. A line of `instead` replaces the one of its name; `null` leaves that out. */
export function hostRequest(
  body: string | Buffer = '{"messages":[]}',
  {
    path = PATH,
    method = 'POST',
    instead = {},
    more = [],
  }: {
    readonly path?: string;
    readonly method?: string;
    readonly instead?: Readonly<Record<string, string | null>>;
    readonly more?: readonly string[];
  } = {},
): Buffer {
  const bytes = Buffer.from(body);
  const fields: Readonly<Record<string, string>> = {
    Host: NAME,
    [PROOF_HEADER]: PROOF,
    'Content-Type': 'application/json',
    'Content-Length': String(bytes.length),
  };
  const lines = Object.entries(fields).flatMap(([name, value]) => {
    const by = instead[name] === undefined ? value : instead[name];
    return by === null ? [] : [`${name}: ${by}`];
  });
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${[...lines, ...more].join('\r\n')}\r\n\r\n`),
    bytes,
  ]);
}

/** A reply as it stood on the wire. */
export interface RawReply {
  readonly status: number;
  readonly head: string;
  readonly body: Buffer;
  /** Whether it ended as its framing says. */
  readonly isWhole: boolean;
}

/** Sends bytes on a connection of their own and reads until the reply is whole or the connection ends. */
export async function sendRaw(url: string, bytes: Buffer): Promise<RawReply> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  try {
    return await new Promise<RawReply>((resolve) => {
      const settle = (): void => resolve(replyOf(Buffer.concat(chunks)));
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        const reply = replyOf(Buffer.concat(chunks));
        if (reply.isWhole) resolve(reply);
      });
      socket.on('error', settle).on('close', settle);
      socket.write(bytes);
    });
  } finally {
    socket.destroy();
  }
}

function replyOf(bytes: Buffer): RawReply {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return { status: 0, head: '', body: Buffer.alloc(0), isWhole: false };
  const head = bytes.toString('latin1', 0, headEnd);
  const rest = bytes.subarray(headEnd + 4);
  const status = Number(head.split(' ')[1]);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return { status, head, body: rest, isWhole: rest.length === Number(length) };
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at);
    const size = lineEnd === -1 ? Number.NaN : Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size) || lineEnd + 2 + size > rest.length) {
      return { status, head, body: Buffer.concat(parts), isWhole: false };
    }
    if (size === 0) return { status, head, body: Buffer.concat(parts), isWhole: true };
    parts.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/** What a refusal says. */
export function messageOf({ body }: RawReply): string {
  return (JSON.parse(body.toString()) as { readonly message?: string }).message ?? '';
}

function isSignedByTask(url: string, headers: http.IncomingHttpHeaders, body: Buffer): boolean {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  const [, accessKeyId, day = '', names = '', signature] = found ?? [];
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  if (accessKeyId !== TASK_KEYS.accessKeyId || headers['x-amz-security-token'] !== TASK_KEYS.sessionToken) return false;
  if (headers['x-amz-content-sha256'] !== bodySha256 || !names.split(';').includes('host')) return false;
  const canonical = [
    'POST',
    url.split('/').map(encodeURIComponent).join('/'),
    '',
    ...names.split(';').map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    names,
    bodySha256,
  ].join('\n');
  const scope = `${day}/eu-central-1/bedrock/aws4_request`;
  const toSign = [
    'AWS4-HMAC-SHA256',
    String(headers['x-amz-date']),
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = [day, 'eu-central-1', 'bedrock', 'aws4_request'].reduce<Buffer | string>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${TASK_KEYS.secretAccessKey}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex') === signature;
}
