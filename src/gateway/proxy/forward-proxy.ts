import type http from 'node:http';
import type { Duplex } from 'node:stream';

import type { SessionId } from '../../core/ids.ts';
import type { SessionDirectory } from '../../core/session.ts';
import { faultName } from '../fault-name.ts';
import { recorder } from '../recorder.ts';
import type { RecorderPorts } from '../recorder.ts';
import type { Caller } from '../request-reading.ts';
import { pathOf } from '../routes.ts';
import { shownTarget } from './connect-target.ts';
import { connectionPlace, endedSession } from './connection-place.ts';
import { proxyCaller } from './proxy-caller.ts';
import { PROXY_LIMITS } from './proxy-ports.ts';
import type { ForwardProxyPorts } from './proxy-ports.ts';
import { proxyReply, replyBytes } from './proxy-refusal.ts';
import type { ProxyRefusal } from './proxy-refusal.ts';
import { secureContexts } from './secure-contexts.ts';
import { servedTls } from './tunnel-socket.ts';
import { LAST_WORDS_MS, tunnelServer } from './tunnel-server.ts';
import type { TunnelServerOptions } from './tunnel-server.ts';

export interface ForwardProxyOptions extends RecorderPorts {
  readonly sessions: SessionDirectory;
  /** Null where this gateway is no proxy: every connection is refused. */
  readonly proxy: ForwardProxyPorts | null;
  /** Counts a connection for the user of a session; false where that user has as many as may be. */
  readonly claim: (socket: Duplex, caller: Caller) => boolean;
  /** Answers a request of a tunnel as the gateway answers its own. */
  readonly serve: TunnelServerOptions['serve'];
}

/** The gateway as clients see it that know no base URL, only `HTTPS_PROXY`. */
export interface ForwardProxy {
  /** Takes a CONNECT request: for the `connect` event of a server. Never throws. */
  connect(request: http.IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Refuses a request for a host in plain text, as a proxy is asked for one. False where it is none, or this no proxy. */
  refusePlain(request: http.IncomingMessage, response: http.ServerResponse): boolean;
  /** Cuts every tunnel. Resolves when the last record of the proxy's own is written. */
  close(): Promise<void>;
}

export function forwardProxy(options: ForwardProxyOptions): ForwardProxy {
  const { proxy, sessions } = options;
  const limits = { ...PROXY_LIMITS, ...proxy?.limits };
  const slots = sessionSlots(limits.tunnelsPerSession);
  const contextOf = secureContexts();
  const open = new Set<Duplex>();
  const underWay = new Set<Promise<void>>();
  let isClosed = false;
  let sessionCheck: NodeJS.Timeout | null = null;

  const tracked = (work: Promise<void>): Promise<void> => {
    const watched = work.finally(() => underWay.delete(watched));
    underWay.add(watched);
    return watched;
  };
  // A refusal holds whether or not its record is durable: nothing passes either way.
  const note = async (sessionId: SessionId | null, { why }: ProxyRefusal, path: string): Promise<void> =>
    void (await recorder(options, sessionId).record({ event: 'refused', why, path }));

  const inside = tunnelServer({
    limits,
    serve: (request, response, { caller, upstream }) => {
      // A tunnel may be older than what its session has become since.
      const session = sessions.byId(caller.session.id) ?? caller.session;
      options.serve(request, response, { caller: { ...caller, session }, upstream });
    },
    note: ({ caller }, refusal, target) =>
      tracked(note(caller.session.id, refusal, shownTarget(pathOf(target), caller.token))),
  });

  const cutEnded = (): void => {
    for (const each of inside.tunnels) if (endedSession(sessions, each.caller) !== null) each.cut();
  };

  const connect = async (request: http.IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const asked = request.url ?? '';
    const hosts = proxy?.hosts() ?? null;
    if (proxy === null || hosts === null) {
      await note(null, OFF, 'unknown');
      return endWith(socket, OFF);
    }
    const caller = proxyCaller(request.rawHeaders, sessions);
    if ('why' in caller) {
      // What a stranger asks for may be anything, a token too.
      await note(null, caller, 'unknown');
      return endWith(socket, caller);
    }
    const sessionId = caller.session.id;
    const refuse = async (refusal: ProxyRefusal): Promise<void> => {
      await note(sessionId, refusal, shownTarget(asked, caller.token));
      endWith(socket, refusal);
    };

    const place = connectionPlace(asked, caller, sessions, hosts, proxy);
    if ('why' in place) return await refuse(place);
    if (!options.claim(socket, caller) || !slots.take(sessionId, socket)) return await refuse(TOO_MANY);
    const certificate = await proxy.certificateFor(place.host);
    if ('missing' in certificate) return await refuse({ why: 'proxy-no-certificate', message: certificate.missing });
    const index = await recorder(options, sessionId).record({ event: 'tunnel', host: place.host });
    if (index === null) return await refuse(UNRECORDED);
    // The session may have been ended while the record was written.
    const ended = endedSession(sessions, caller);
    if (ended !== null) return await refuse(ended);
    if (socket.destroyed || isClosed) return void socket.destroy();

    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    const context = contextOf(place.host, certificate);
    const secured = await servedTls(socket, head, { host: place.host, context, timeoutMs: limits.handshakeTimeoutMs });
    if (typeof secured !== 'string' && secured.destroyed) return void socket.destroy();
    if (typeof secured === 'string') {
      socket.destroy();
      return await note(sessionId, secured === 'name' ? OTHER_NAME : NO_HANDSHAKE, place.host);
    }
    secured.once('close', () => socket.destroy());
    inside.take(place, secured);
    sessionCheck ??= setInterval(cutEnded, limits.sessionCheckMs).unref();
  };

  return {
    connect: (request, socket, head) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      socket.on('error', () => socket.destroy());
      const work = connect(request, socket, head).catch((error: unknown) => {
        options.logError?.(`gateway: proxy: ${faultName(error)}`);
        socket.destroy();
      });
      void tracked(work);
    },
    refusePlain: (request, response) => {
      // Whatever is no path of this server: `http://host/`, `*`, or what nobody knows.
      if (proxy === null || request.url?.startsWith('/') === true) return false;
      const { status, reason, headers, body } = proxyReply(PLAIN);
      const answer = async (): Promise<void> => {
        await note(null, PLAIN, 'unknown');
        response.writeHead(status, reason, [...headers]).end(body);
        request.resume();
      };
      response.on('error', () => response.destroy());
      void tracked(answer());
      return true;
    },
    close: async () => {
      isClosed = true;
      if (sessionCheck !== null) clearInterval(sessionCheck);
      sessionCheck = null;
      for (const each of inside.tunnels) each.cut();
      for (const socket of open) socket.destroy();
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}

/** Counts the connections of each session, from the moment in which one may be made. */
function sessionSlots(limit: number): { take(id: SessionId, socket: Duplex): boolean } {
  const taken = new Map<SessionId, number>();
  return {
    take: (id, socket) => {
      const before = taken.get(id) ?? 0;
      if (before >= limit) return false;
      if (socket.destroyed) return true;
      taken.set(id, before + 1);
      socket.once('close', () => {
        const left = (taken.get(id) ?? 1) - 1;
        if (left === 0) taken.delete(id);
        else taken.set(id, left);
      });
      return true;
    },
  };
}

/** Answers on a connection that no server holds any more, and ends it when the client has had time to read. */
function endWith(socket: Duplex, refusal: ProxyRefusal): void {
  socket.resume();
  socket.end(replyBytes(proxyReply(refusal)));
  const timer = setTimeout(() => socket.destroy(), LAST_WORDS_MS);
  socket.once('close', () => clearTimeout(timer));
}

const OFF: ProxyRefusal = {
  why: 'proxy-off',
  message: 'Sallyport: this gateway is no proxy. `gateway.forward_proxy.enabled` of the policy makes it one.',
};

const PLAIN: ProxyRefusal = {
  why: 'proxy-plain',
  message: 'Sallyport: no request goes through this proxy in plain text. Name hosts without TLS in NO_PROXY.',
};

const TOO_MANY: ProxyRefusal = {
  why: 'proxy-too-many',
  message:
    'Sallyport: this session, or all of your user, has too many connections open. End some, or wait until they end.',
};

const UNRECORDED: ProxyRefusal = {
  why: 'audit-unavailable',
  message: 'Sallyport cannot record this connection, so it is not made. `sallyport status` says why.',
};

const OTHER_NAME: ProxyRefusal = { why: 'proxy-name', message: 'another name was asked for in the handshake' };
const NO_HANDSHAKE: ProxyRefusal = { why: 'proxy-handshake', message: 'no TLS came about' };
