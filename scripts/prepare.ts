// Builds what is started often or shipped: the CLI bundle, and the hook client where there is a C compiler.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildVerifier } from './build-verifier.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

await build({
  absWorkingDir: root,
  // A thread starts from a file of its own.
  entryPoints: {
    cli: 'src/bin/cli.ts',
    'replay-worker': 'src/bin/replay-worker.ts',
    'scan-worker': 'src/bin/scan-worker.ts',
    'document-worker': 'src/documents/document-worker.ts',
  },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Loaded only for a session on Bedrock or Vertex, or for a query of the log, and large.
  external: ['@aws-sdk/*', 'google-auth-library', '@duckdb/node-api'],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  legalComments: 'none',
  logLevel: 'warning',
});

await buildVerifier(`${root}dist/sallyport-verify.mjs`);

// `npx sallyport` looks here. A `bin` entry in package.json would do, but npx then installs the package a second time.
const link = `${root}node_modules/.bin/sallyport`;
rmSync(link, { force: true });
symlinkSync('../../bin/sallyport.mjs', link);

const source = 'native/hook.c';
const target = 'dist/hook/sallyport-hook';
mkdirSync(`${root}dist/hook`, { recursive: true });
rmSync(`${root}${target}`, { force: true });
const strict = ['-O2', '-Wall', '-Wextra', '-Werror', '-D_FORTIFY_SOURCE=2', '-fstack-protector-strong'];
const built = [['-static'], []].some((extra) => compiles([...strict, ...extra, '-o', target, source]));
if (built) chmodSync(`${root}${target}`, 0o755);
else process.stderr.write('note: no C compiler: the hook client falls back to dash and curl, then to Node\n');

/** Whether `cc` made the program; what it printed is shown only where it is there and fails. */
function compiles(argv: readonly string[]): boolean {
  try {
    execFileSync('cc', argv, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
    return true;
  } catch (error) {
    if (error instanceof Error && 'stderr' in error && error.stderr instanceof Buffer && error.stderr.length > 0) {
      process.stderr.write(error.stderr);
    }
    return false;
  }
}
