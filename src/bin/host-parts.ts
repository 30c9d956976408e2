import type { DaemonStatus, HostCapability, HostFacts, HostStatus, ModelCredentials } from '../core/control.ts';
import { cautiousEyes } from './cautious-eyes.ts';
import { doorPaths } from './door.ts';
import { hostDoors } from './host-doors.ts';
import type { HostDoors, HostDoorsDesk } from './host-doors.ts';
import type { SessionHost } from './open-session.ts';
import { ownUid } from './own-user.ts';
import { missingCapabilities, WITHOUT_CAPABILITY } from './process-facts.ts';
import { prepareRuntimeFolder } from './runtime-folder.ts';
import type { RuntimePaths } from './runtime-folder.ts';
import { userNameOf } from './user-names.ts';
import type { FileEyes } from './watched-facts.ts';

/** How a daemon serves the users of a machine. */
export interface HostOptions {
  readonly runtime: RuntimePaths;
  /** The group whose members may open sessions, by name or number; null for everyone. */
  readonly users: string | null;
  /** Port of the gateway on the loopback interface; 0 for that of before, or any. */
  readonly gatewayPort: number;
  /** Age of a signed bundle after which nothing is allowed by it; null for any. */
  readonly maxBundleAgeMs: number | null;
  /** With these alone requests go to the model, whoever's session it is. */
  readonly credentials: ModelCredentials;
}

/** What a daemon that serves several users has beside one that serves one. */
export interface HostParts {
  readonly options: HostOptions;
  /** What it asks of the file system. */
  readonly eyes: FileEyes;
  facts(): HostFacts;
  /** Opens the doors of the sessions that run still; the hall is opened by whoever sees that all is ready. */
  openDoors(desk: DoorsDesk): Promise<HostDoors>;
}

/** What the doors need of the daemon. */
export interface DoorsDesk extends Pick<
  HostDoorsDesk,
  'registry' | 'guardPorts' | 'endSession' | 'beaten' | 'sessionsOf' | 'logError'
> {
  readonly openSession: (
    request: Parameters<HostDoorsDesk['openSession']>[0],
    host: SessionHost,
  ) => ReturnType<HostDoorsDesk['openSession']>;
  readonly status: () => DaemonStatus;
}

/**
 * Makes ready what users of the machine will see, and says which capabilities are missing.
 *
 * @throws {StateFolder} where a folder is not as it must be.
 */
export async function hostParts(options: HostOptions, logError: (line: string) => void): Promise<HostParts> {
  const { runtime, users } = options;
  const gid = process.getegid?.() ?? -1;
  await prepareRuntimeFolder(runtime, { uid: ownUid(), gid });
  const lacking: readonly HostCapability[] = missingCapabilities();
  for (const name of lacking) logError(`${name} is missing: ${WITHOUT_CAPABILITY[name]}`);
  let doors: HostDoors | null = null;
  return {
    options,
    eyes: cautiousEyes(!lacking.includes('CAP_DAC_READ_SEARCH')),
    facts: () => ({ runtimeFolder: runtime.folder, missingCapabilities: lacking, doors: doors?.count ?? 0 }),
    async openDoors({ openSession, status, ...desk }) {
      doors = await hostDoors({
        ...desk,
        paths: runtime,
        gid,
        users,
        openSession: (request, owner) =>
          openSession(request, { owner, guardSocket: doorPaths(runtime.doors, owner.door).guard }),
        status: () => hostStatus(status()),
        userNameOf,
        uptimeMs: () => performance.now(),
      });
      return doors;
    },
  };
}

function hostStatus(status: DaemonStatus): Omit<HostStatus, 'ownSessions'> {
  const { version, startedAtMs, gatewayUrl, logHealth } = status;
  const { name, digest, sequence } = status.policy;
  const policy = { name, digest, sequence };
  return { version, startedAtMs, policy, gatewayUrl, isLogTaking: logHealth.state === 'ok' };
}
