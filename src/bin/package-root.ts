import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `package.json`, whether this runs from the bundle or from the sources. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'policies', 'default.yaml'))) return folder;
  }
  throw new TypeError('the package folder is not complete: policies/default.yaml is missing');
}

/** A way to start the hook client: program and first words. */
export interface HookClient {
  readonly kind: 'c' | 'sh' | 'node';
  readonly command: readonly string[];
}

/** The quickest hook client that this machine can run. */
export function hookClient(root: string): HookClient {
  const compiled = join(root, 'dist', 'hook', 'sallyport-hook');
  if (isExecutable(compiled)) return { kind: 'c', command: [compiled] };
  if (isExecutable('/bin/dash') && isExecutable('/usr/bin/curl')) {
    // Without the environment: it may hold what a repository put there to be loaded into the hook.
    return { kind: 'sh', command: ['/usr/bin/env', '-i', '/bin/dash', join(root, 'native', 'hook.sh')] };
  }
  return { kind: 'node', command: ['/usr/bin/env', '-i', process.execPath, join(root, 'native', 'hook.mjs')] };
}

/** Whether this process may run the file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
