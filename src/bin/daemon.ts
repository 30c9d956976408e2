import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { lockFolder, openLog, readLog } from '../audit/index.ts';
import type { Bundle } from '../compile/index.ts';
import type { DaemonStatus, LogHealth, ProbeAnswer } from '../core/control.ts';
import { AlreadyRunning, BundleRefused, SessionRefused } from '../core/error.ts';
import type { SessionId } from '../core/ids.ts';
import { ownerName } from '../core/session-owner.ts';
import type { Gateway } from '../gateway/index.ts';
import { startGuard } from '../guard/index.ts';
import type { GuardPorts } from '../guard/index.ts';
import { SEAL_NONCE_BYTES, sealCall } from '../seal/index.ts';
import { liveness, sessionRegistry } from '../session/index.ts';
import type { SessionRegistry } from '../session/index.ts';
import { auditParts, decisionLog } from './audit-parts.ts';
import { checkpointWatch } from './checkpoint-watch.ts';
import { contentKeys } from './content-keys.ts';
import { startControlServer } from './control-server.ts';
import { forgetPid, pidOf, processState, rememberPid } from './daemon-pid.ts';
import { guardPolicy, OWN_ENGINES } from './guard-policy.ts';
import type { BundlePlace } from './load-bundle.ts';
import type { InForce } from './load-policy.ts';
import { credentialChains } from './credential-chains.ts';
import type { HostDoors } from './host-doors.ts';
import { hostParts } from './host-parts.ts';
import type { HostOptions } from './host-parts.ts';
import { openGateway, openGatewayAt } from './open-gateway.ts';
import { daemonCredentials, launcherCredentials, openSession } from './open-session.ts';
import { ownUid, ownUserName } from './own-user.ts';
import { ownErasure } from './own-erasure.ts';
import { recordRecovery } from './record-recovery.ts';
import { tooOld } from './policy-age.ts';
import { policyInForce } from './policy-in-force.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { bundleSource, textSource } from './policy-sources.ts';
import { neverBack } from './never-back.ts';
import { installHookClient, packageRoot, sharedHookClient } from './package-root.ts';
import { warmUp } from './warm-up.ts';
import { gatewayParts } from './gateway-parts.ts';
import { gatewayPortOf, rememberGatewayPort } from './gateway-port.ts';
import { ownKey, prepareStateFolder, writeWhole } from './state-folder.ts';
import type { StatePaths } from './state-folder.ts';
import { killStartedWith } from './started-processes.ts';
import { tappedLog } from './tapped-log.ts';
import { watchedLog } from './watched-log.ts';
import { packageVersion } from './version.ts';

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

export interface DaemonOptions {
  readonly paths: StatePaths;
  /** Absolute paths of the documents of the policy, or of folders of them. */
  readonly policyFiles: readonly string[];
  /** A signed bundle, taken in place of the policy's text. */
  readonly bundle?: BundlePlace;
  readonly logError: (line: string) => void;
  /** Set where the daemon serves the users of a machine, as a user of its own. */
  readonly host?: HostOptions;
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
  const { paths } = options;
  const root = packageRoot();
  const clock = (): number => Date.now();
  const moment = neverBack(clock);
  const { bundle, host: hostOptions = null } = options;
  // Read before anything is made: a policy with a fault leaves no folder behind. A bundle waits for the folder's lock,
  // under which it is compared with the last one.
  const source = bundle === undefined ? textSource(options) : bundleSource(bundle, paths.home);
  prepareStateFolder(paths, ownUid());
  const lock = lockFolderOrSay(paths);
  const opened: (() => Promise<void> | void)[] = [() => lock.release()];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).toReversed()) await close();
  };
  try {
    const host = hostOptions === null ? null : await hostParts(hostOptions, options.logError);
    let auditing: Awaited<ReturnType<typeof auditParts>> | null = null;
    // Closed after the log, so that its last record is delivered too.
    opened.push(() => auditing?.endDelivery());
    const stored = await openLog(paths.audit, { clock, signing: { keyFile: paths.auditKey } });
    opened.push(() => stored.close());
    const tapped = tappedLog(stored, (fromIndex) => readLog(paths.audit, { fromIndex }));
    const written = watchedLog(tapped, { clock, onChange: (health) => options.logError(healthText(health)) });
    const log = decisionLog(written, () => auditing?.delivery ?? null);
    const isTooOld = (current: InForce, nowMs: number): string | null =>
      tooOld(current, nowMs, host?.options.maxBundleAgeMs ?? null);
    const deciding = guardPolicy({
      inForce: () => policies.current,
      moment,
      engines: OWN_ENGINES,
      tooOld: isTooOld,
      ...(host === null ? {} : { eyes: host.eyes }),
      logError: options.logError,
    });
    const policies: PolicyInForce = await policyInForce(source, {
      prepare: (next) => deciding.prepare(next),
      record: (event, body) =>
        log.append({ kind: 'policy', occurredAtMs: clock(), sessionId: null, body: { event, ...body } }),
      store: (taken) => storeBundle(paths, taken),
      clock,
      moment,
      logError: options.logError,
    });

    const chains = credentialChains();
    const version = packageVersion(root);
    const audited = await auditParts({
      paths,
      log: stored,
      version,
      inForce: () => policies.current,
      chains,
      clock,
      logError: options.logError,
    });
    auditing = audited;
    opened.push(() => audited.endWriters());

    const keys = contentKeys(paths.contentKeys);
    const registry = sessionRegistry(paths.sessions, {
      audit: log,
      clock,
      uptimeMs: () => performance.now(),
      prepare: (id) => keys.create(id),
    });
    const proofs = liveness(ownKey(join(paths.keys, 'canary.key')), randomBytes);
    const credentials = host === null ? launcherCredentials() : daemonCredentials(host.options.credentials);
    const watched = new Map<SessionId, number>();

    // The gateway knows what was masked; the guard, which it needs, is there before it.
    let running: Gateway | null = null;
    const known: GuardPorts['known'] = (session, text) => {
      if (running === null) throw new Error('the gateway does not run yet');
      return running.known(session, text);
    };
    const guardPorts: GuardPorts = {
      sessions: registry,
      liveness: proofs,
      audit: log,
      clock,
      ...deciding,
      known,
      taint: (session, taint) => registry.taint(session, taint),
      clientStarted: (session, client, isFresh) => registry.clientStarted(session, client, isFresh),
      seal(call, place) {
        if (policies.current.bundle.policy.audit.content === 'digest') return { sealed: null, why: 'policy' };
        return sealCall(keys.of(place.sessionId), place, call, randomBytes(SEAL_NONCE_BYTES));
      },
      logError: options.logError,
    };
    const guard = await startGuard(guardPorts, paths.guardSocket);
    opened.push(() => guard.close());

    const parts = gatewayParts({
      paths,
      version,
      registry,
      liveness: proofs,
      audit: log,
      keys,
      deciding,
      known,
      inForce: () => policies.current,
      tooOld: (current) => isTooOld(current, moment()),
      credentials,
      chains,
      clock,
      logError: options.logError,
    });
    opened.push(() => parts.close());
    await parts.followPolicy();
    const gateway =
      host === null || host.options.gatewayPort === 0
        ? await openGateway(parts.ports, gatewayPortOf(paths))
        : await openGatewayAt(parts.ports, host.options.gatewayPort);
    running = gateway;
    opened.push(() => gateway.close());
    if (gatewayPortOf(paths) !== 0 && gatewayPortOf(paths) !== Number(new URL(gateway.url).port)) {
      // Sessions of before were told a port that somebody else has now: nothing of theirs may go on as if it were ours.
      for (const { id, endedReason } of registry.list()) {
        if (endedReason === null) await registry.end(id, 'another program took the port of the gateway');
      }
    }
    rememberGatewayPort(paths, gateway.url);
    const erasure = await ownErasure({
      paths,
      audit: log,
      registry,
      keys,
      forget: (id) => {
        if (!gateway.forget(id)) return false;
        parts.forget(id);
        return true;
      },
      keptDays: () => policies.current.bundle.policy.audit.contentDays,
      clock,
      logError: options.logError,
    });
    opened.push(() => erasure.close());

    audited.watch({
      running: () => registry.list().flatMap(({ id, endedReason }) => (endedReason === null ? [id] : [])),
      gatewayUrl: gateway.url,
      records: tapped.records,
      uidOf: host === null ? null : (id) => registry.ownerOf(id)?.uid ?? null,
    });

    const startedAtMs = clock();
    const hook = host === null ? installHookClient(root, paths.hookFolder) : sharedHookClient(root);
    let doors: HostDoors | null = null;
    const status = (): DaemonStatus => ({
      version,
      pid: process.pid,
      startedAtMs,
      policy: policyStatus(policies.current, moment()),
      guardSocket: paths.guardSocket,
      gatewayUrl: gateway.url,
      controlSocket: paths.controlSocket,
      auditFolder: paths.audit,
      auditRecords: stored.size,
      logHealth: written.health,
      ...audited.status(),
      refusedReload: policies.refused,
      engines: deciding.engines(),
      hookClient: hook.kind,
      hookCommand: hook.command,
      sessions: registry.list().map(({ id, workspace, endedReason, taint }) => {
        const owner = registry.ownerOf(id);
        return { id, workspace, endedReason, taint, ...(owner === null ? {} : { user: ownerName(owner) }) };
      }),
      ...(host === null ? {} : { host: host.facts() }),
    });

    const gatewayUrl = gateway.url;
    const hiddenFolders = host === null ? [paths.home] : [paths.home, host.options.runtime.folder];
    const desk = {
      policies,
      registry,
      log,
      clock,
      moment,
      credentials,
      chains,
      watched,
      hook,
      gatewayUrl,
      paths,
      hiddenFolders,
    };
    const endSession = async (id: SessionId, reason: string): Promise<void> => {
      credentials.drop(id);
      await registry.end(id, reason);
    };

    /** The records of a probe belong to a session of its own, which nobody but the owner of the control socket can open. */
    async function openProbe(): Promise<ProbeAnswer> {
      const { session, token } = await registry.open({
        workspace: paths.home,
        homeDir: paths.home,
        provider: 'anthropic',
        about: { by: 'doctor' },
      });
      await registry.end(session.id, 'opened by `sallyport doctor` to be refused');
      return { sessionId: session.id, token };
    }

    const reload = async (): Promise<void> => {
      await policies.reload();
      await parts.followPolicy();
      await audited.followPolicy();
    };
    const asked = Promise.withResolvers<void>();
    rememberPid(paths.controlSocket);
    opened.push(() => forgetPid(paths.controlSocket));
    const control = await startControlServer(
      {
        status,
        openSession(request) {
          if (host === null) return openSession(desk, request);
          throw new SessionRefused('this daemon opens sessions for those who come by its runtime folder', {
            hint: 'unset SALLYPORT_HOME',
          });
        },
        openProbe,
        beat(id, given) {
          const session = registry.byId(id);
          if (session === null) return null;
          registry.beat(id);
          credentials.keep(id, given);
          return { endedReason: session.endedReason };
        },
        async endSession(id, reason) {
          if (registry.byId(id) === null) return false;
          await endSession(id, reason);
          return true;
        },
        shutdown: () => asked.resolve(),
        async reload() {
          await reload();
          return status().policy;
        },
        metrics: () => parts.metrics(),
        erasure: erasure.ports,
        recordRecovery: (told) => recordRecovery(log, clock(), ownUserName(), told),
        async recordOpening(id, { form, request }) {
          const body = {
            event: 'content-opened',
            form: form ?? null,
            request: request ?? null,
            by: ownUserName(),
          };
          await log.append({ kind: 'admin', occurredAtMs: clock(), sessionId: id, body });
        },
        logError: options.logError,
      },
      paths.controlSocket,
    );
    opened.push(() => control.close());

    if (host !== null) {
      doors = await host.openDoors({
        registry,
        guardPorts,
        openSession(request, place) {
          const old = isTooOld(policies.current, moment());
          if (old !== null) throw new BundleRefused('BUNDLE_STALE', old, { hint: 'ask whoever keeps the policy' });
          return openSession(desk, request, place);
        },
        endSession,
        status,
        logError: options.logError,
      });
      const closing = doors;
      opened.push(() => closing.close());
    }

    warmUp(deciding);
    const lookAtCheckpoints = checkpointWatch(() => stored.checkpointHealth, options.logError);
    const sweep = setInterval(() => {
      lookAtCheckpoints();
      for (const [id, pid] of watched) if (isAlive(pid)) registry.beat(id);
      void policies.recordEnded();
      doors?.sweep().catch((error: unknown) => options.logError(`cannot sweep doors: ${String(error)}`));
      sweepSessions(registry, host !== null).catch((error: unknown) =>
        options.logError(`cannot sweep sessions: ${String(error)}`),
      );
    }, SWEEP_MS);
    opened.push(() => clearInterval(sweep));
    // Last: who finds the hall open finds everything behind it.
    await doors?.openHall();

    return {
      status,
      shutdownAsked: asked.promise,
      reload,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/**
 * Ends the sessions whose launcher is gone, and what these left running: a launcher that is killed takes the client
 * along, but not what the client had started outside of its sandbox.
 */
async function sweepSessions(registry: SessionRegistry, hasUsers: boolean): Promise<void> {
  const running = registry.list().filter((session) => session.endedReason === null);
  await registry.sweep();
  for (const { id } of running) {
    if (registry.byId(id)?.endedReason === null) continue;
    const uid = registry.ownerOf(id)?.uid ?? null;
    // A session of nobody has nothing running, and among several users nobody's processes may be taken for its.
    if (hasUsers && uid === null) continue;
    killStartedWith((environment) => environment.includes(`SALLYPORT_SESSION=${id}`), uid);
  }
}

function lockFolderOrSay({ home, controlSocket }: StatePaths): { release(): void } {
  try {
    return lockFolder(home);
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error;
    const pid = pidOf(controlSocket);
    const who = pid === null || processState(pid) === 'gone' ? '' : ` (process ${pid})`;
    throw new AlreadyRunning(`sallyport is running already for \`${home}\`${who}`, {
      cause: error,
      hint: '`sallyport status` says where; `sallyport down` ends it',
    });
  }
}

function healthText(health: LogHealth): string {
  return health.state === 'ok'
    ? 'the log takes records again'
    : `the log cannot be written, and every call is denied until it can: ${health.error}`;
}

function policyStatus({ bundle, file, issue }: InForce, nowMs: number): DaemonStatus['policy'] {
  const { digest, policy } = bundle;
  const exceptions = policy.exceptions.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  return {
    name: policy.name,
    digest,
    file,
    sandbox: policy.sandbox.enabled,
    sequence: issue?.sequence ?? null,
    exceptions: exceptions.map(({ name, expiresAtMs }) => ({ name, expiresAtMs })),
  };
}

function storeBundle(paths: StatePaths, { digest, policy, table }: Bundle): void {
  writeWhole(paths.bundle, `${JSON.stringify({ formatVersion: 1, digest, policy, table })}\n`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
