import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The program by which a service tells systemd of itself: Node has no sockets of the kind that it takes. */
const NOTIFY = '/usr/bin/systemd-notify';
const TIMEOUT_MS = 5_000;

/** What a service tells. */
export type ServiceState = 'ready' | 'stopping';

const WORDS: Readonly<Record<ServiceState, string>> = { ready: 'READY=1', stopping: 'STOPPING=1' };

/**
 * Tells systemd of this service, where systemd asked for it by `NOTIFY_SOCKET`; resolves once it was told. The unit needs
 * `NotifyAccess=all`, because a program of this one does the telling.
 *
 * @returns why it could not be told, or null.
 */
export async function tellServiceManager(
  state: ServiceState,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const socket = env['NOTIFY_SOCKET'] ?? '';
  if (socket === '') return null;
  if (!existsSync(NOTIFY)) return `${NOTIFY} is missing, so systemd is not told: use Type=exec in the unit`;
  return await new Promise((resolve) => {
    const child = spawn(NOTIFY, [WORDS[state]], {
      env: { NOTIFY_SOCKET: socket },
      stdio: 'ignore',
      timeout: TIMEOUT_MS,
    });
    child.on('error', (error) => resolve(`systemd was not told: ${error.message}`));
    child.on('close', (code) => resolve(code === 0 ? null : `systemd was not told: ${NOTIFY} ended with ${code}`));
  });
}
