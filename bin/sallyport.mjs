#!/usr/bin/env node
// Starts Sallyport on the Node that it needs: this one where it is new enough, else the one that npm installed beside
// the package. It is plain JavaScript that any Node since 18 reads.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
/**
 * Keeps the daemon small: bodies of requests come and go, and V8 would wait with collecting them until there are many
 * more. Measured over 800 requests of 100 KB behind others: 353 MB with the first of these alone, 245 MB with both and
 * one heap for all threads' memory outside of V8. V8 takes them on the command line only, malloc from the environment.
 */
const major = Number(process.versions.node.split('.')[0]);
// The second is V8's own and may go; a Node that does not know it would not start.
const SMALL_MEMORY = ['--max-semi-space-size=8', ...(major === NEEDED_MAJOR ? ['--heap-growing-percent=80'] : [])];
/** Commands that run for as long as the machine does. */
const DAEMONS = ['up', 'guard', 'gateway'];
const bundle = fileURLToPath(new URL('../dist/cli.mjs', import.meta.url));

if (!existsSync(bundle)) {
  fail('sallyport is not built', 'run `npm ci` (or `npm run build`) in the package folder');
} else if (major >= NEEDED_MAJOR) {
  if (DAEMONS.includes(process.argv[2]) && !SMALL_MEMORY.every((word) => process.execArgv.includes(word))) growSlowly();
  await import(bundle);
} else {
  const node = bundledNode();
  if (node === null) {
    fail(
      `Node ${NEEDED_MAJOR} or newer is needed, this is ${process.versions.node}`,
      'reinstall with optional dependencies (`npm ci --include=optional`), or put a newer node on PATH',
    );
  } else {
    rerun(node);
  }
}

/** Puts this process in its own place with the bound set: the same process for whoever started it. */
function growSlowly() {
  if (typeof process.execve !== 'function') return;
  process.execve(process.execPath, [process.execPath, ...SMALL_MEMORY, ...process.execArgv, ...process.argv.slice(1)], {
    ...process.env,
    MALLOC_ARENA_MAX: '1',
  });
}

function bundledNode() {
  try {
    const require = createRequire(import.meta.url);
    const path = require.resolve(`node-linux-${process.arch}/bin/node`);
    return existsSync(path) ? path : null;
  } catch (error) {
    if (error && error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

function rerun(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends its signals to both; a supervisor sends them to this process alone.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot start ${node}: ${error.message}`, 'reinstall with `npm ci`'));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function fail(message, hint) {
  process.stderr.write(`error: ${message}\nhint: ${hint}\n`);
  process.exitCode = 1;
}
