import type { DaemonStatus } from '../core/control.ts';
import { BundleRefused, SessionRefused } from '../core/error.ts';
import { checkpointWatch } from './checkpoint-watch.ts';
import { closeParts } from './close-parts.ts';
import type { ClosePart } from './close-parts.ts';
import { startControlServer } from './control-server.ts';
import { openBase } from './daemon-base.ts';
import type { DaemonOptions } from './daemon-base.ts';
import { controlPorts } from './daemon-control.ts';
import { lockStateFolder } from './daemon-lock.ts';
import { forgetPid, rememberPid } from './daemon-pid.ts';
import { daemonStatus, ownSessions } from './daemon-status.ts';
import { openWalls } from './daemon-walls.ts';
import { neverBack } from './never-back.ts';
import { openSession } from './open-session.ts';
import type { SessionDesk } from './open-session.ts';
import { ownErasure } from './own-erasure.ts';
import { ownUid } from './own-user.ts';
import { installHookClient, packageRoot, sharedHookClient } from './package-root.ts';
import { bundleSource, textSource } from './policy-sources.ts';
import { prepareStateFolder } from './state-folder.ts';
import { packageVersion } from './version.ts';
import { warmUp } from './warm-up.ts';

/** Milliseconds between two looks for sessions whose launcher is gone. */
const SWEEP_MS = 2_000;

/** A running daemon. */
export interface Daemon {
  readonly status: () => DaemonStatus;
  /** Reads the policy file again. A broken one changes nothing and is recorded. @throws {PolicyInvalid} */
  reload(): Promise<void>;
  /** Settles when somebody asks for the end over the control socket. */
  readonly shutdownAsked: Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts guard, gateway, control socket and log in this process, in the order that leaves no moment in which one
 * answers without the next.
 *
 * @throws {AlreadyRunning} where another process serves the state folder.
 * @throws {PolicyInvalid} where the policy has faults; nothing was started and the last bundle is as it was.
 * @throws {BundleRefused} where the bundle is not taken and there is no last good one.
 * @throws {AuditCorrupt} where the log was damaged.
 * @throws {StateFolder} where a folder is not as it must be, or others could replace the hook client of a host.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { paths, logError } = options;
  const root = packageRoot();
  const clock = (): number => Date.now();
  const moment = neverBack(clock);
  const { bundle } = options;
  const version = packageVersion(root);
  // Read before anything is made: a policy with a fault leaves no folder behind. A bundle waits for the folder's lock,
  // under which it is compared with the last one.
  const source = bundle === undefined ? textSource(options) : bundleSource(bundle, paths.home);
  prepareStateFolder(paths, ownUid());
  const lock = lockStateFolder(paths);
  const opened: ClosePart[] = [() => lock.release()];
  const closeAll = async (): Promise<void> => await closeParts(opened);
  try {
    const base = await openBase(options, { source, version, clock, moment, opened: (close) => opened.push(close) });
    const { host, policies, inForce, isTooOld, audited, sessions } = base;
    const { registry, limited, log } = sessions;
    const walls = await openWalls({
      ...base,
      paths,
      version,
      registry,
      limited,
      liveness: base.proofs,
      audit: log,
      tooOld: isTooOld,
      clock,
      logError,
      opened: (close) => opened.push(close),
    });
    const { guardPorts, parts, gateway } = walls;
    const erasure = await ownErasure({
      paths,
      audit: log,
      registry,
      keys: base.keys,
      forget: (id) => {
        if (!gateway.forget(id)) return false;
        parts.forget(id);
        return true;
      },
      keptDays: () => inForce().bundle.policy.audit.contentDays,
      clock,
      logError,
    });
    opened.push(() => erasure.close());

    audited.watch({
      running: () => registry.list().flatMap(({ id, endedReason }) => (endedReason === null ? [id] : [])),
      gatewayUrl: gateway.url,
      records: base.records,
      uidOf: host === null ? null : (id) => registry.ownerOf(id)?.uid ?? null,
    });

    const hook = host === null ? installHookClient(root, paths.hookFolder) : sharedHookClient(root);
    const status = daemonStatus({
      ...base,
      version,
      startedAtMs: clock(),
      moment,
      paths,
      gatewayUrl: gateway.url,
      hook,
    });
    const desk: SessionDesk = {
      policies,
      registry,
      endGone: (owner) => sessions.endGone(owner),
      log,
      clock,
      moment,
      credentials: base.credentials,
      chains: base.chains,
      hook,
      gatewayUrl: gateway.url,
      paths,
      hiddenFolders: host === null ? [paths.home] : [paths.home, host.options.runtime.folder],
    };
    const reload = async (): Promise<void> => {
      await policies.reload();
      await parts.followPolicy();
      await audited.followPolicy();
    };
    const asked = Promise.withResolvers<void>();
    rememberPid(paths.controlSocket);
    opened.push(() => forgetPid(paths.controlSocket));
    const control = await startControlServer(
      controlPorts({
        status,
        openSession: (request) => {
          if (host === null) return openSession(desk, request);
          throw new SessionRefused('this daemon opens sessions for those who come by its runtime folder', {
            hint: 'unset SALLYPORT_HOME',
          });
        },
        sessions,
        home: paths.home,
        log,
        clock,
        reload,
        shutdown: () => asked.resolve(),
        metrics: () => parts.metrics(),
        erasure: erasure.ports,
        logError,
      }),
      paths.controlSocket,
    );
    opened.push(() => control.close());

    const doors = await host?.openDoors({
      registry,
      guardPorts,
      openSession(request, place) {
        const old = isTooOld(inForce());
        if (old !== null) throw new BundleRefused('BUNDLE_STALE', old, { hint: 'ask whoever keeps the policy' });
        return openSession(desk, request, place);
      },
      endSession: (id, reason, endsProcesses) => sessions.end(id, reason, endsProcesses),
      beaten: (id) => sessions.beaten(id),
      sessionsOf: (owner) => ownSessions(sessions, owner),
      status,
      logError,
    });
    if (doors !== undefined) opened.push(() => doors.close());

    warmUp(base.deciding);
    const lookAtCheckpoints = checkpointWatch(() => base.stored.checkpointHealth, logError);
    const sweep = setInterval(() => {
      lookAtCheckpoints();
      void policies.recordEnded();
      doors?.sweep().catch((error: unknown) => logError(`cannot sweep doors: ${String(error)}`));
      sessions.sweep().catch((error: unknown) => logError(`cannot sweep sessions: ${String(error)}`));
    }, SWEEP_MS);
    opened.push(() => clearInterval(sweep));
    // Last: who finds the hall open finds everything behind it.
    await doors?.openHall();

    return { status, shutdownAsked: asked.promise, reload, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
