import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { contentKeys } from '../src/bin/content-keys.ts';
import { gatewayCalls } from '../src/bin/gateway-calls.ts';
import { gatewayContent } from '../src/bin/gateway-content.ts';
import { guardPolicy, OWN_ENGINES } from '../src/bin/guard-policy.ts';
import { loadPolicy } from '../src/bin/load-policy.ts';
import { maskStore } from '../src/bin/mask-store.ts';
import { makeSessionId } from '../src/core/ids.ts';
import type { ModelProvider } from '../src/core/session.ts';
import { documentReader } from '../src/documents/index.ts';
import { gatewayRig } from '../src/gateway/gateway-rig.ts';
import type { ContentPorts } from '../src/gateway/index.ts';
import type { GatewayRig, RigModel } from '../src/gateway/gateway-rig.ts';
import { ROOT } from './daemon-process.ts';

/** Values of the forms that our detectors know, put together here so that no file of the project holds one. */
export const MAIL = ['grace.tanaka', 'northwind-labs.com'].join('@');
export const OTHER_MAIL = ['omar.lindqvist', 'northwind-labs.com'].join('@');
export const SECRET = ['ghp', `${'aB3dE5gH7j'.repeat(3)}k9Lm2P`].join('_');
export const PLANTED: readonly string[] = [MAIL, OTHER_MAIL, SECRET];

/** What a token of ours looks like, wherever it stands. */
export const ANY_TOKEN = /qz(?:EMAIL|SECRET|PHONE|PERSON|IP)[0-9a-z]{16}/i;

/** The tokens of a request as a model saw it, in the order in which they came. */
export function tokensIn(body: Buffer, kind: 'EMAIL' | 'SECRET'): readonly string[] {
  return [...new Set(body.toString().match(new RegExp(`qz${kind}[0-9a-z]{16}`, 'g')))];
}

/** Whether bytes hold a planted value, as it is or as one of the ways in which a body may carry it. */
export function holdsPlanted(bytes: Buffer): boolean {
  return PLANTED.some((value) =>
    [value, Buffer.from(value).toString('base64').replace(/=+$/, ''), encodeURIComponent(value)].some((form) =>
      bytes.includes(form),
    ),
  );
}

export interface FullRigOptions {
  readonly provider: ModelProvider;
  /** Milliseconds without a byte from either side, in place of the policy's. */
  readonly idleMs?: number;
  /** A folder of {@link rigState} that outlives the rig, or another rig has as well; one of its own where absent. */
  readonly state?: string;
}

/**
 * A gateway before a model, with the policy that ships, personal data masked, and the program's own detectors, decisions,
 * documents and journal of masks. Its clients have no hooks, so that the gateway decides their calls.
 */
export async function fullRig<Model extends RigModel>(
  t: { after(fn: () => Promise<void> | void): void },
  model: Model,
  options: FullRigOptions,
): Promise<GatewayRig<Model> & { readonly masks: string }> {
  const folder = options.state ?? rigState(t);
  const [masks, policyFile] = [join(folder, 'masks'), join(folder, 'policy.yaml')];
  writeFileSync(policyFile, maskingPolicy(options.provider, model.url));
  const inForce = loadPolicy([policyFile], folder);
  const deciding = guardPolicy({
    inForce: () => inForce,
    moment: () => Date.now(),
    engines: OWN_ENGINES,
    logError: () => undefined,
  });
  const keys = contentKeys(join(folder, 'keys'));
  const store = maskStore(
    masks,
    (id) => keys.of(id),
    () => undefined,
  );
  const documents = documentReader();
  const rig = await gatewayRig(model, {
    provider: options.provider,
    content: withIdleMs(
      options.idleMs,
      gatewayContent({
        deciding,
        inForce: () => inForce,
        store,
        readDocument: async (bytes, mediaType) => {
          const read = await documents.read(bytes, mediaType);
          return read.kind === 'text' ? read : null;
        },
        taint: () => Promise.resolve(),
        clock: () => Date.now(),
      }),
    ),
    calls: gatewayCalls({ deciding, known: () => [], inForce: () => inForce }),
  });
  t.after(async () => {
    await rig.close();
    await documents.close();
  });
  return Object.assign(rig, { masks });
}

function withIdleMs(idleMs: number | undefined, content: ContentPorts): ContentPorts {
  if (idleMs === undefined) return content;
  return {
    ...content,
    rules: () => {
      const { gateway, bundle } = content.rules();
      return { bundle, gateway: { ...gateway, timeouts: { ...gateway.timeouts, idleMs } } };
    },
  };
}

/** A folder with the content key of the rig's one session and room for its masks. Removed with the test. */
export function rigState(t: { after(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'sp-full-rig-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['masks', 'keys']) mkdirSync(join(folder, name), { mode: 0o700 });
  contentKeys(join(folder, 'keys')).create(makeSessionId(0, new Uint8Array(16)));
  return folder;
}

/** The policy that ships, with personal data masked and calls decided by the gateway. */
export function maskingPolicy(provider: ModelProvider, upstream: string): string {
  const text = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8')
    .replace(/^ {2}use: .*$/m, `  use: ${provider}`)
    .replace(/^ {4}upstream: .*$/m, `    upstream: ${upstream}`)
    .replace(/^ {4}region: .*$/m, `$&\n    upstream: ${upstream}`)
    .replace(/^( +personal:) .*$/m, '$1 mask');
  return `${text}\ngateway:\n  without_hooks: decide\n`;
}
