// What the containers share: they fetch the signed bundle, run one program of Sallyport with it, and tell that program of
// newer ones. Plain JavaScript without a shell, since the images have none to spare.
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SALLYPORT = fileURLToPath(new URL('../../bin/sallyport.mjs', import.meta.url));

const DEFAULT_SECONDS = 300;
const MIN_SECONDS = 1;
const MAX_SECONDS = 86_400;
/** A key in PEM has some 120 characters. */
const MAX_KEY_LENGTH = 1_024;

/**
 * Runs a program with the bundle that the environment names, until it ends.
 *
 * A bundle that cannot be had or is refused at the start keeps nothing from starting: the program goes on with the last
 * good one of its state folder, and refuses to start where there is none.
 *
 * @param {{ env: NodeJS.ProcessEnv, folder: string, argv: readonly string[] }} options `folder` gets bundle and key.
 * @returns {Promise<number>} its exit code, 128 and more where a signal ended it.
 */
export async function runWithBundle({ env, folder, argv }) {
  const source = required(env, 'SALLYPORT_BUNDLE_SOURCE');
  const key = required(env, 'SALLYPORT_TRUST_KEY');
  if (key.length > MAX_KEY_LENGTH || !key.includes('-----BEGIN PUBLIC KEY-----')) {
    throw new Error('SALLYPORT_TRUST_KEY is no public key in PEM');
  }
  const seconds = secondsOf(env.SALLYPORT_BUNDLE_SECONDS);
  const [bundle, trust] = [join(folder, 'bundle.json'), join(folder, 'trust.pem')];
  rmSync(trust, { force: true });
  writeFileSync(trust, `${key.trim()}\n`, { mode: 0o600, flag: 'wx' });

  const pull = async () => {
    const { code, output } = await outputOf(['policy', 'pull', source, '--trust', trust, '--out', bundle, '--json']);
    if (code !== 0)
      process.stderr.write(`warning: the bundle was not fetched (exit ${code}); the one of before holds\n`);
    return code === 0 && isNew(output);
  };
  await pull();

  const child = spawn(process.execPath, [SALLYPORT, ...argv, '--bundle', bundle, '--trust', trust, '--json'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, forward);
  let isPulling = false;
  const timer = setInterval(() => {
    // One that hangs is not joined by others.
    if (isPulling) return;
    isPulling = true;
    void pull()
      .then((isOther) => isOther && child.kill('SIGHUP'))
      .finally(() => (isPulling = false));
  }, seconds * 1_000);
  try {
    return await exitOf(child);
  } finally {
    clearInterval(timer);
  }
}

/** Runs one command of Sallyport to its end; what it says on stderr goes to the container's. */
export async function outputOf(words) {
  const child = spawn(process.execPath, [SALLYPORT, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  return { code: await exitOf(child), output };
}

function exitOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + (SIGNALS[signal] ?? 0)));
  });
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

function isNew(output) {
  try {
    return JSON.parse(output).state === 'new';
  } catch {
    return false;
  }
}

function required(env, name) {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}

function secondsOf(text) {
  if (text === undefined || text === '') return DEFAULT_SECONDS;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < MIN_SECONDS || seconds > MAX_SECONDS) {
    throw new Error(`SALLYPORT_BUNDLE_SECONDS is no number from ${MIN_SECONDS} to ${MAX_SECONDS}`);
  }
  return seconds;
}
