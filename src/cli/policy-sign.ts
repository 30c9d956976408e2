import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { makeSigningKey, readSigningKey } from '../bin/bundle-keys.ts';
import { checkBundle } from '../bin/load-bundle.ts';
import { loadPolicy } from '../bin/load-policy.ts';
import { writeWhole } from '../bin/state-folder.ts';
import { bundleBody, keptSequence, MAX_SEQUENCE, signedBytes, signedDocument } from '../compile/index.ts';
import type { SignedBundle } from '../compile/index.ts';
import { UsageError } from '../core/error.ts';
import { ownPaths, policyFiles } from './place.ts';

interface SignOptions {
  readonly key: string;
  readonly sequence: number;
  readonly out: string;
}

/** Adds `policy keygen`, `policy sign` and `policy verify-bundle`. */
export function addPolicySignCommands(policy: Command): void {
  policy
    .command('keygen')
    .description('make a pair of keys for signing bundles; the private one stays with whoever signs')
    .requiredOption('--out <dir>', 'folder for both files; none is overwritten')
    .action(({ out }: { out: string }) => {
      const { keyId, keyFile, trustFile } = makeSigningKey(resolve(out));
      process.stdout.write(`key ${keyId}\n  sign with  ${keyFile}\n  trust      ${trustFile}\n`);
    });
  policy
    .command('sign')
    .description('compile a policy and sign what it compiles to, for `sallyport up --bundle`')
    .argument('<file...>', 'the policy, or its layers')
    .requiredOption('--key <file>', 'the private key')
    .requiredOption('--sequence <number>', 'above that of every bundle before', sequenceOf)
    .requiredOption('--out <file>', 'the bundle')
    .action((files: readonly string[], { key, sequence, out }: SignOptions) => {
      refuseStranger(resolve(out));
      const { bundle } = loadPolicy(policyFiles(files), ownPaths().home);
      const signer = readSigningKey(resolve(key));
      const issue = { keyId: signer.keyId, sequence, issuedAtMs: Date.now() };
      const body = bundleBody(bundle, issue);
      writeWhole(resolve(out), signedDocument(body, signer.sign(signedBytes(body))));
      process.stdout.write(summary({ bundle, issue }));
    });
  policy
    .command('verify-bundle')
    .description('check a bundle as a host would that has taken none before; exits 3 where it is refused')
    .argument('<bundle>', 'the bundle')
    .requiredOption('--key <file>', 'the public key that is trusted')
    .option('--json', 'print JSON')
    .action((bundleFile: string, options: { key: string; json?: boolean }) => {
      const signed = checkBundle({ bundleFile: resolve(bundleFile), trustFile: resolve(options.key) });
      const { bundle, issue } = signed;
      const shown = { name: bundle.policy.name, digest: bundle.digest, ...issue };
      process.stdout.write(options.json === true ? `${JSON.stringify(shown)}\n` : summary(signed));
    });
}

/** A bundle is replaced by the next one; any other file is not what was meant. */
function refuseStranger(path: string): void {
  if (!existsSync(path) || keptSequence(readFileSync(path)) !== null) return;
  throw new UsageError(`\`${path}\` is there already and is no bundle`, { hint: 'name another file for the bundle' });
}

function sequenceOf(text: string): number {
  const sequence = Number(text);
  if (/^[1-9]\d{0,15}$/.test(text) && sequence <= MAX_SEQUENCE) return sequence;
  throw new InvalidArgumentError(`a sequence is a whole number from 1 to ${MAX_SEQUENCE}`);
}

function summary({ bundle, issue }: SignedBundle): string {
  const rows = [
    ['policy', bundle.policy.name],
    ['digest', bundle.digest],
    ['sequence', String(issue.sequence)],
    ['issued', new Date(issue.issuedAtMs).toISOString()],
    ['key', issue.keyId],
  ];
  return rows.map(([name = '', value = '']) => `${name.padEnd(9)} ${value}\n`).join('');
}
