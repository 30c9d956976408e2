import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endWithUs, ended } from './child-process.ts';
import { freePort, isListening } from './loopback-port.ts';

export const PORTKEY = '@portkey-ai/gateway';
export const PORTKEY_VERSION = '1.15.2';
/** Most milliseconds that installing takes, and that it takes to listen. */
const INSTALL_TIMEOUT_MS = 240_000;
const START_TIMEOUT_MS = 20_000;
const LOOK_MS = 50;

/** The peer, installed and running. */
export interface PortkeyProcess {
  readonly pid: number;
  readonly port: number;
  readonly licence: string;
  close(): Promise<void>;
}

/**
 * Installs the peer below `node_modules`, where nothing is committed, unless it lies there from before, and starts it.
 * Its install scripts are not run.
 *
 * @returns why not, where it cannot be had.
 */
export async function startPortkey(root: string): Promise<PortkeyProcess | string> {
  const folder = join(root, 'node_modules/.cache/sallyport-bench', `portkey-${PORTKEY_VERSION}`);
  const own = join(folder, 'node_modules', PORTKEY);
  try {
    if (!existsSync(join(own, 'package.json'))) install(folder);
    const { version, license } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as Record<string, string>;
    if (version !== PORTKEY_VERSION) return `the cache holds ${PORTKEY} ${version}`;
    return await start(join(own, 'build/start-server.js'), license ?? 'not stated');
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? 'failed') : String(error);
  }
}

function install(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, name: 'bench-peer' }));
  process.stderr.write(`installing ${PORTKEY} ${PORTKEY_VERSION} in ${folder}\n`);
  const words = ['i', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', `${PORTKEY}@${PORTKEY_VERSION}`];
  execFileSync('npm', words, { cwd: folder, timeout: INSTALL_TIMEOUT_MS, stdio: ['ignore', 'ignore', 'pipe'] });
}

async function start(file: string, licence: string): Promise<PortkeyProcess | string> {
  const port = await freePort();
  const child = spawn(process.execPath, [file, `--port=${port}`, '--headless'], {
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', NODE_ENV: 'production' },
    stdio: 'ignore',
  });
  endWithUs(child);
  for (const startMs = performance.now(); performance.now() - startMs < START_TIMEOUT_MS;) {
    if (child.exitCode !== null) return `it ended with ${child.exitCode}`;
    if (await isListening(port)) {
      return { pid: child.pid ?? 0, port, licence, close: async () => await ended(child, 'SIGKILL') };
    }
    await pause(LOOK_MS);
  }
  await ended(child, 'SIGKILL');
  return 'it does not listen';
}
