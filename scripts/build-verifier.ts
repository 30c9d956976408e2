import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the verifier does not use of Node need not be there: an older one lacks some of it. */
const ONLY_WHAT_IS_USED: Plugin = {
  name: 'only-what-is-used',
  setup(bundle) {
    bundle.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
  },
};

/** Builds the verifier that auditors are given: one file that runs on Node alone, also on an older one. */
export async function buildVerifier(outfile: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/bin/sallyport-verify.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // Functions of Node are looked up when they are called, so that what an older one lacks can be put in its place.
    format: 'cjs',
    banner: { js: readFileSync(new URL('older-node.mjs', import.meta.url), 'utf8') },
    plugins: [ONLY_WHAT_IS_USED],
    legalComments: 'none',
    logLevel: 'warning',
  });
}
