import net from 'node:net';

import type { AuditRecord, AuditSink } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import { makeSessionId, ruleId } from '../core/ids.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { GovernedSession, Liveness, ModelProvider } from '../core/session.ts';
import { DEFAULT_GATEWAY_RULES } from '../core/gateway-rules.ts';
import { placeholderKey } from '../mask/index.ts';
import type { CallPorts } from './calls/index.ts';
import type { GatewayRules } from '../core/gateway-rules.ts';
import type { ExchangeFacts } from '../core/telemetry.ts';
import type { UsageLedger } from '../core/usage.ts';
import type { GatewayLimits } from './limits.ts';
import type { ContentStore } from './content-log/index.ts';
import type { ContentPorts } from './masking/index.ts';
import type { Upstream } from './ports.ts';
import type { ForwardProxyPorts } from './proxy/proxy-ports.ts';
import { startGateway } from './server.ts';
import type { Gateway } from './server.ts';

/** The token of the rig's one session. */
export const TOKEN = 'sp_token_of_the_rig';
/** The client session whose hooks the rig takes as proven. */
export const PROVEN = 'client-session-proven';

/** What stands in for the model service. The rig closes it. */
export interface RigModel {
  readonly url: string;
  close(): Promise<void>;
}

/** A gateway before a model, with what the rest of the program would give it held in memory. */
export interface GatewayRig<Model extends RigModel> {
  readonly gateway: Gateway;
  readonly model: Model;
  readonly sessionId: SessionId;
  readonly records: AuditRecord[];
  readonly proven: Set<string>;
  readonly issued: string[];
  /** What telemetry was told. */
  readonly facts: ExchangeFacts[];
  /** Ids of the calls that the guard has decided. */
  readonly decided: Set<string>;
  /** Set to end the session, from now on. */
  endedReason: string | null;
  /** Called with each record before it counts as durable; a rejection is a log that fails. */
  onAppend: (record: AuditRecord) => Promise<void>;
  nowMs: number;
  mayUseModel: (model: string | null) => boolean;
  upstream: (() => Promise<Upstream | null>) | null;
  events(): readonly string[];
  bodies(event: string): readonly JsonObject[];
  close(): Promise<void>;
}

export interface GatewayRigOptions {
  readonly provider?: ModelProvider;
  readonly limits?: Partial<GatewayLimits>;
  readonly forwardProxy?: ForwardProxyPorts;
  readonly rules?: Partial<GatewayRules>;
  /** In place of one that lets everything in. */
  readonly usage?: UsageLedger;
  /** In place of {@link NO_CONTENT}. */
  readonly content?: Partial<ContentPorts>;
  /** In place of one that has no session. */
  readonly contents?: ContentStore;
  /** In place of {@link ANY_CALL}. */
  readonly calls?: Partial<CallPorts>;
}

/** Allows each call, and looks at no words. */
export const ANY_CALL: CallPorts = {
  decide: () => ({ verdict: 'allow', ruleId: ruleId('rig/any'), reason: null, bundle: 'bundle-of-the-rig' }),
  scanner: () => null,
};

/** Looks at nothing. */
export const NO_CONTENT: ContentPorts = {
  inspects: () => false,
  inspect: () => Promise.resolve(null),
  rules: () => ({ gateway: DEFAULT_GATEWAY_RULES, bundle: 'bundle-of-the-rig' }),
  readDocument: () => Promise.resolve(null),
  store: { open: () => ({ key: placeholderKey(Buffer.alloc(32, 7)), entries: [], append: () => undefined }) },
  read: () => Promise.resolve(),
};

export async function gatewayRig<Model extends RigModel>(
  model: Model,
  options: GatewayRigOptions = {},
): Promise<GatewayRig<Model>> {
  const provider = options.provider ?? 'anthropic';
  const sessionId = makeSessionId(0, new Uint8Array(16));
  const baseUrl = model.url;
  const records: AuditRecord[] = [];
  const proven = new Set([PROVEN]);
  const issued: string[] = [];
  const decided = new Set<string>();
  const audit: AuditSink = {
    append: async (record) => {
      await rig.onAppend(record);
      records.push(record);
      return { index: records.length - 1, hash: '0'.repeat(64) as Sha256 };
    },
  };
  const liveness: Liveness = {
    isProven: (session, clientSessionId) => session === sessionId && proven.has(clientSessionId),
    issue: () => {
      const id = `toolu_sallyport_${String(issued.length).padStart(4, '0')}`;
      issued.push(id);
      return id;
    },
    isCanary: (id) => /^toolu_sallyport_[0-9]{4}$/.test(id),
    confirm: (_, clientSessionId) => void proven.add(clientSessionId),
    noteDecision: (_, toolUseId) => void decided.add(toolUseId),
    wasDecided: (session, toolUseId) => session === sessionId && decided.has(toolUseId),
  };
  const session = (): GovernedSession => ({
    id: sessionId,
    workspace: '/w',
    homeDir: '/h',
    provider,
    endedReason: rig.endedReason,
    taint: null,
  });
  const upstream = rigUpstream(provider, baseUrl);
  const timeouts = {
    connectMs: options.limits?.connectTimeoutMs ?? DEFAULT_GATEWAY_RULES.timeouts.connectMs,
    idleMs: options.limits?.idleTimeoutMs ?? DEFAULT_GATEWAY_RULES.timeouts.idleMs,
  };
  const gatewayRules: GatewayRules = { ...DEFAULT_GATEWAY_RULES, timeouts, ...options.rules };
  const rules = (): ReturnType<ContentPorts['rules']> => ({ gateway: gatewayRules, bundle: 'bundle-of-the-rig' });
  const gateway = await startGateway(
    {
      sessions: {
        byToken: (token) => (token === TOKEN ? session() : null),
        byId: (id) => (id === sessionId ? session() : null),
      },
      liveness,
      audit,
      content: { ...NO_CONTENT, rules, ...options.content },
      contents: options.contents ?? { open: () => Promise.resolve(null) },
      calls: { ...ANY_CALL, ...options.calls },
      clock: () => rig.nowMs,
      uptimeMs: () => performance.now(),
      usage: options.usage ?? { admit: () => Promise.resolve({ kind: 'counted', settle: () => Promise.resolve() }) },
      userOf: () => 'ada',
      telemetry: { exchange: (facts) => void rig.facts.push(facts) },
      mayUseModel: (name) => rig.mayUseModel(name),
      ...(options.forwardProxy === undefined ? {} : { forwardProxy: options.forwardProxy }),
      upstreamFor: () => (rig.upstream === null ? Promise.resolve(upstream) : rig.upstream()),
    },
    { host: '127.0.0.1', port: 0, ...(options.limits === undefined ? {} : { limits: options.limits }) },
  );
  const rig: GatewayRig<Model> = {
    gateway,
    model,
    sessionId,
    records,
    proven,
    issued,
    facts: [],
    decided,
    endedReason: null,
    onAppend: () => Promise.resolve(),
    nowMs: 1_000_000,
    mayUseModel: () => true,
    upstream: null,
    events: () => records.map((record) => record.body['event'] as string),
    bodies: (event) => records.map((record) => record.body).filter((body) => body['event'] === event),
    close: async () => {
      await gateway.close();
      await model.close();
    },
  };
  return rig;
}

function rigUpstream(provider: ModelProvider, baseUrl: string): Upstream {
  switch (provider) {
    case 'anthropic':
      return { provider, baseUrl, apiKey: 'upstream-key' };
    case 'bedrock':
      return { provider, baseUrl, region: 'us-east-1', credentials: null };
    case 'vertex': {
      const bearer = (): Promise<string> => Promise.resolve('upstream-token');
      return { provider, baseUrl, project: 'rig-project', location: 'us-east5', bearer };
    }
  }
}

/** Runs a test against a rig and closes it, whatever comes of the test. */
export async function usingRig<Model extends RigModel>(
  model: Promise<Model>,
  options: GatewayRigOptions,
  use: (rig: GatewayRig<Model>) => Promise<void>,
): Promise<void> {
  const rig = await gatewayRig(await model, options);
  try {
    await use(rig);
  } finally {
    await rig.close();
  }
}

/** Waits until a record of this event is in the log. */
export async function recorded(rig: GatewayRig<RigModel>, event: string): Promise<void> {
  while (!rig.events().includes(event)) await nextTurn();
}

/** Lets everything else that is ready run first. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** What a refusal says to the developer, in either protocol. */
export function errorMessage(body: Buffer): string {
  const parsed = JSON.parse(body.toString()) as { error?: { message: string }; message?: string };
  return parsed.error?.message ?? parsed.message ?? '';
}

/** A path of Bedrock that streams. */
export const BEDROCK_PATH = '/model/us.x-v1:0/invoke-with-response-stream';

/** A path of Vertex that streams. */
export const VERTEX_PATH =
  '/v1/projects/rig-project/locations/us-east5/publishers/anthropic/models/claude-x:streamRawPredict';

/** A log that takes nothing. */
export function failingAppend(): Promise<void> {
  return Promise.reject(new AuditUnavailable('record not durable'));
}

/** A reply as it stood on the wire. */
export interface WireReply {
  readonly status: number;
  readonly head: string;
  /** The body with its chunks joined. */
  readonly body: Buffer;
  /** Whether the reply ended as its framing says, not by the connection. */
  readonly isWhole: boolean;
}

/** Sends bytes on a connection of their own and reads one reply. `onBody` sees the body as far as it has come. */
export async function wire(
  url: string,
  request: string | Uint8Array,
  onBody: (body: Buffer, socket: net.Socket) => void = () => undefined,
): Promise<WireReply> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  try {
    return await new Promise<WireReply>((resolve) => {
      const settle = (): void => resolve(readReply(Buffer.concat(chunks)));
      socket.on('data', (chunk) => {
        chunks.push(chunk);
        const reply = readReply(Buffer.concat(chunks));
        onBody(reply.body, socket);
        if (reply.isWhole) resolve(reply);
      });
      socket.on('error', settle);
      socket.on('close', settle);
      socket.write(request);
    });
  } finally {
    socket.destroy();
  }
}

function readReply(bytes: Buffer): WireReply {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return { status: 0, head: '', body: Buffer.alloc(0), isWhole: false };
  const head = bytes.toString('latin1', 0, headEnd);
  const rest = bytes.subarray(headEnd + 4);
  const status = Number(head.split(' ')[1]);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) {
    const body = rest.subarray(0, Number(length));
    return { status, head, body, isWhole: body.length === Number(length) };
  }
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = rest.indexOf('\r\n', at);
    const size = lineEnd === -1 ? Number.NaN : Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size) || lineEnd + 2 + size > rest.length)
      return { status, head, body: Buffer.concat(parts), isWhole: false };
    if (size === 0) return { status, head, body: Buffer.concat(parts), isWhole: true };
    parts.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

/** A request with the session's token. */
export function post(path: string, body: string | Uint8Array | JsonObject, headers: readonly string[] = []): Buffer {
  const bytes =
    typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: gateway.test',
    `x-api-key: ${TOKEN}`,
    'Content-Type: application/json',
    `X-Claude-Code-Session-Id: ${PROVEN}`,
    ...headers,
    `Content-Length: ${bytes.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

/** The smallest body that the protocol takes, with the tools that a client offers. */
export const ASK: JsonObject = {
  model: 'claude-x',
  max_tokens: 10,
  stream: true,
  messages: [{ role: 'user', content: 'go' }],
  tools: [
    { name: 'Read', input_schema: {} },
    { name: 'Bash', input_schema: {} },
  ],
};
