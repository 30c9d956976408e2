import { randomBytes } from 'node:crypto';
import type { Gateway } from '../gateway/index.ts';
import { startGuard } from '../guard/index.ts';
import type { GuardPorts } from '../guard/index.ts';
import { SEAL_NONCE_BYTES, sealCall } from '../seal/index.ts';
import type { SessionRegistry } from '../session/index.ts';
import { gatewayParts } from './gateway-parts.ts';
import type { GatewayDesk, GatewayParts } from './gateway-parts.ts';
import { gatewayPortOf, rememberGatewayPort } from './gateway-port.ts';
import type { HostParts } from './host-parts.ts';
import type { LimitedSessions } from './limited-sessions.ts';
import { openGateway, openGatewayAt } from './open-gateway.ts';

export interface WallsDesk extends Omit<GatewayDesk, 'known' | 'sessions'> {
  readonly registry: SessionRegistry;
  readonly limited: Pick<LimitedSessions, 'directory' | 'notice'>;
  readonly host: HostParts | null;
  /** Told how each part is closed, once it is open. */
  readonly opened: (close: () => Promise<void> | void) => void;
}

/** The enforcement points of a daemon. */
export interface Walls {
  readonly guardPorts: GuardPorts;
  readonly parts: GatewayParts;
  readonly gateway: Gateway;
}

/**
 * Opens guard and gateway. Sessions that were told a port that another program has now are ended.
 *
 * @throws {AlreadyRunning} where a port that must be the gateway's is another program's.
 */
export async function openWalls(desk: WallsDesk): Promise<Walls> {
  const { paths, host, registry, limited, audit, clock, deciding, keys, inForce, logError, opened } = desk;
  // The gateway knows what was masked; the guard, which it needs, is there before it.
  let running: Gateway | null = null;
  const known: GuardPorts['known'] = (session, text) => {
    if (running === null) throw new Error('the gateway does not run yet');
    return running.known(session, text);
  };
  const guardPorts: GuardPorts = {
    sessions: limited.directory,
    liveness: desk.liveness,
    audit,
    clock,
    ...deciding,
    known,
    taint: (session, taint) => registry.taint(session, taint),
    clientStarted: (session, client, isFresh) => registry.clientStarted(session, client, isFresh),
    seal(call, place) {
      if (inForce().bundle.policy.audit.content === 'digest') return { sealed: null, why: 'policy' };
      return sealCall(keys.of(place.sessionId), place, call, randomBytes(SEAL_NONCE_BYTES));
    },
    notice: (session) => limited.notice(session),
    logError,
  };
  const guard = await startGuard(guardPorts, paths.guardSocket);
  opened(() => guard.close());

  const parts = gatewayParts({ ...desk, sessions: limited.directory, known });
  opened(() => parts.close());
  await parts.followPolicy();
  const gateway =
    host === null || host.options.gatewayPort === 0
      ? await openGateway(parts.ports, gatewayPortOf(paths))
      : await openGatewayAt(parts.ports, host.options.gatewayPort);
  running = gateway;
  opened(() => gateway.close());
  if (gatewayPortOf(paths) !== 0 && gatewayPortOf(paths) !== Number(new URL(gateway.url).port)) {
    // Sessions of before were told a port that somebody else has now: nothing of theirs may go on as if it were ours.
    for (const { id, endedReason } of registry.list()) {
      if (endedReason === null) await registry.end(id, 'another program took the port of the gateway');
    }
  }
  rememberGatewayPort(paths, gateway.url);
  return { guardPorts, parts, gateway };
}
