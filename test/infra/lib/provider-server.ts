import { globSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { POLL_MS, START_TIMEOUT_MS, startProcess } from '../../emulator-process.ts';
import { providerFolder, sharedFolder } from './terraform-program.ts';

/** A provider that serves many commands, one after another. */
export interface ProviderServer {
  /** What commands of Terraform need in their environment to use it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts the provider for AWS once. Terraform starts it anew for each run of a test, and starting is most of what such a run takes.
 * Only for runs whose providers are mocks: they ask for the schema, and configure nothing.
 */
export async function startProvider(): Promise<ProviderServer> {
  const folder = providerFolder();
  const [program] = folder === null ? [] : globSync('*/terraform-provider-aws*', { cwd: folder });
  if (folder === null || program === undefined) throw new Error('no provider for AWS in the mirror');
  const env = { PATH: process.env['PATH'], HOME: sharedFolder(), TMPDIR: sharedFolder() };
  const server = startProcess(join(folder, program), ['-debug'], { env, cwd: sharedFolder() });
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS; waitedMs += POLL_MS) {
    const attach = /TF_REATTACH_PROVIDERS='(\{[^']+\})'/u.exec(server.output())?.[1];
    if (attach !== undefined) return { env: { TF_REATTACH_PROVIDERS: attach }, stop: () => server.stop() };
    await pause(POLL_MS);
  }
  await server.stop();
  throw new Error(`the provider did not start: ${server.output().slice(-500)}`);
}
