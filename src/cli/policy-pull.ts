import { resolve } from 'node:path';
import type { Command } from 'commander';
import { credentialChains } from '../bin/credential-chains.ts';
import { parseBundleSource, pullBundle } from '../bin/pull-bundle.ts';
import type { PulledBundle } from '../bin/pull-bundle.ts';
import { NotRunning } from '../core/error.ts';
import { controlClient } from './control-client.ts';
import { systemStatePaths } from './guard.ts';
import { ownPaths } from './place.ts';

/** Adds `policy pull`. */
export function addPolicyPullCommand(policy: Command): void {
  policy
    .command('pull')
    .description(
      'fetch a signed bundle and put it in the place of an older one; exits 3 where it is refused, and then changes nothing',
    )
    .argument('<source>', '`https://…`, `s3://bucket/key` or a file')
    .requiredOption('--trust <key>', 'the public key that signs bundles, in PEM')
    .requiredOption('--out <file>', 'the file that the daemon reads')
    .option('--reload', 'have the daemon of this user put it in force, where it does not hold it yet')
    .option('--region <name>', 'region of the bucket (default: AWS_REGION)')
    .option('--endpoint <url>', 'another address of a store that speaks like S3')
    .option('--json', 'print JSON')
    .action(async (source: string, options: PullOptions) => await pull(source, options));
}

interface PullOptions {
  readonly trust: string;
  readonly out: string;
  readonly reload?: boolean;
  readonly region?: string;
  readonly endpoint?: string;
  readonly json?: boolean;
}

/** What became of the daemon: it was told, held the bundle already, does not run, or nobody asked. */
type Reload = 'reloaded' | 'in-force' | 'no-daemon' | 'not-asked';

const RELOAD_TEXT: Readonly<Record<Reload, string>> = {
  reloaded: 'and put in force',
  'in-force': 'in force already',
  'no-daemon': 'for the next start: no daemon runs',
  'not-asked': 'not yet in force: no daemon was told',
};

async function pull(text: string, options: PullOptions): Promise<void> {
  const place = { trustFile: resolve(options.trust), outFile: resolve(options.out) };
  const region = options.region ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? null;
  const pulled = await pullBundle(parseBundleSource(text), place, {
    chains: credentialChains(),
    region,
    endpoint: options.endpoint ?? null,
  });
  const { bundle, issue } = pulled.signed;
  const reload = options.reload === true ? await reloaded(pulled) : 'not-asked';
  const shown = { state: pulled.state, name: bundle.policy.name, digest: bundle.digest, ...issue, reload };
  const line = `${pulled.state}: number ${issue.sequence}, ${bundle.policy.name} (${bundle.digest.slice(0, 16)}), ${RELOAD_TEXT[reload]}`;
  process.stdout.write(options.json === true ? `${JSON.stringify(shown)}\n` : `${line}\n`);
}

/** Also where the file is as it was: an earlier reload may have failed. */
async function reloaded({ signed }: PulledBundle): Promise<Reload> {
  const paths = (process.env['SALLYPORT_HOME'] ?? '') === '' ? systemStatePaths() : ownPaths();
  const control = controlClient(paths.controlSocket);
  try {
    const { policy } = await control.status();
    if (policy.digest === signed.bundle.digest && policy.sequence === signed.issue.sequence) return 'in-force';
    await control.reload();
    return 'reloaded';
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error;
    const { cause } = error;
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EACCES')) return 'no-daemon';
    throw new NotRunning('the bundle is in its place, but the daemon of another user cannot be told', {
      cause,
      hint: 'run this as the user of the daemon, or follow it with `systemctl reload sallyport-guard`',
    });
  }
}
