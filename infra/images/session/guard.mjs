// The entry point of the container `guard` of a session's task: the daemon, and the settings of the client in a volume
// that the container of the developer sees read-only.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runWithBundle } from '../bundle.mjs';

const SETTINGS = process.env.SALLYPORT_SETTINGS ?? '/settings';
/** Where nobody but the guard reads. */
const PULLED = '/var/lib/sallyport/pulled';
/** Milliseconds that the client waits for its settings. */
const HELPER_TIMEOUT_MS = 10_000;

try {
  // The client asks the guard for the rest at each start, and does not start without an answer.
  const settings = {
    policyHelper: { path: '/opt/sallyport/infra/images/session/policy-helper', timeoutMs: HELPER_TIMEOUT_MS },
  };
  const file = join(SETTINGS, 'managed-settings.json');
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o644 });
  chmodSync(SETTINGS, 0o755);
  mkdirSync(PULLED, { recursive: true, mode: 0o700 });
  process.exitCode = await runWithBundle({ env: process.env, folder: PULLED, argv: ['guard'] });
} catch (error) {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 2;
}
