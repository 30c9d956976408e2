import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLog } from '../../src/audit/index.ts';
import { expandGlob, realPath } from '../../src/bin/file-facts.ts';
import { warmUp } from '../../src/bin/warm-up.ts';
import { watchedFacts } from '../../src/bin/watched-facts.ts';
import { compileBundle } from '../../src/compile/index.ts';
import { parseSessionId } from '../../src/core/ids.ts';
import type { SessionId, Sha256 } from '../../src/core/ids.ts';
import { decide, ruleIndex } from '../../src/decide/index.ts';
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
  const index = ruleIndex(bundle.table);
  // As the daemon does before it takes its first call.
  warmUp(index);
  const log = await openLog(join(folder, 'log'), { clock: Date.now });
  const key = contentKey(randomBytes(CONTENT_KEY_BYTES));
  const governed = { id, workspace, homeDir: '/home/dev', provider: 'anthropic', endedReason: null } as const;
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
      decide(action, scene) {
        const watched = watchedFacts({ realPath, expandGlob });
        const decision = decide(index, action, { ...scene, ...watched });
        return { decision, bundleDigest: bundle.digest, wouldBe: [], facts: watched.facts() };
      },
      seal: (call, place) => sealCall(key, place, call, randomBytes(SEAL_NONCE_BYTES)),
      logError: (line) => process.stderr.write(`${line}\n`),
    },
    socket,
  );
  process.once('SIGTERM', () => void guard.close().then(() => log.close()));
  console.log('listening');
}
