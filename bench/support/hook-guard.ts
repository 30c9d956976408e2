import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLog } from '../../src/audit/index.ts';
import { guardPolicy, OWN_ENGINES } from '../../src/bin/guard-policy.ts';
import { inForceOf } from '../../src/bin/load-policy.ts';
import { warmUp } from '../../src/bin/warm-up.ts';
import { compileBundle } from '../../src/compile/index.ts';
import { parseSessionId } from '../../src/core/ids.ts';
import type { SessionId, Sha256 } from '../../src/core/ids.ts';
import { startGuard } from '../../src/guard/index.ts';
import { parsePolicyBytes } from '../../src/policy/index.ts';
import { CONTENT_KEY_BYTES, SEAL_NONCE_BYTES, contentKey, sealCall } from '../../src/seal/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [folder = '', workspace = '', socket = '', session = ''] = process.argv.slice(2);
const sessionId = parseSessionId(session);
if (sessionId === null) throw new TypeError('the bench gave no session id');
await serve(sessionId);

/** The other process: guard, default policy and log, until SIGTERM. */
async function serve(id: SessionId): Promise<void> {
  const policy = parsePolicyBytes(readFileSync(join(root, 'policies/default.yaml')));
  if (!policy.ok) throw new Error('the default policy has faults');
  const bundle = compileBundle(policy.policy, (text) => createHash('sha256').update(text).digest('hex') as Sha256);
  const inForce = inForceOf(bundle, folder, 'policies/default.yaml', null);
  const logError = (): void => undefined;
  const deciding = guardPolicy({ inForce: () => inForce, moment: Date.now, engines: OWN_ENGINES, logError });
  // As the daemon does before it takes its first call.
  deciding.prepare(inForce);
  warmUp(deciding);
  const log = await openLog(join(folder, 'log'), {
    clock: Date.now,
    signing: { keyFile: join(folder, 'audit-signing.key') },
  });
  const key = contentKey(randomBytes(CONTENT_KEY_BYTES));
  const governed = {
    id,
    workspace,
    homeDir: '/home/dev',
    provider: 'anthropic',
    endedReason: null,
    taint: null,
  } as const;
  const guard = await startGuard(
    {
      sessions: { byToken: () => null, byId: (asked) => (asked === id ? governed : null) },
      liveness: {
        isProven: () => true,
        issue: () => '',
        isCanary: () => false,
        confirm: () => undefined,
        noteDecision: () => undefined,
        wasDecided: () => false,
      },
      audit: log,
      clock: Date.now,
      ...deciding,
      known: () => [],
      taint: async () => undefined,
      clientStarted: async () => undefined,
      seal: (call, place) => sealCall(key, place, call, randomBytes(SEAL_NONCE_BYTES)),
      logError: (line) => process.stderr.write(`${line}\n`),
    },
    socket,
  );
  process.once('SIGTERM', () => void guard.close().then(() => log.close()));
  console.log('listening');
}
