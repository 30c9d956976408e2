import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { startCentralGateway } from '../bin/central-gateway.ts';
import type { CentralGateway, CentralGatewayOptions } from '../bin/central-gateway.ts';
import { bundleSource, textSource } from '../bin/policy-sources.ts';
import { pathsBelow } from '../bin/state-folder.ts';
import { SallyportError, UsageError } from '../core/error.ts';
import { isLoopback } from '../core/loopback.ts';
import { isStoreName } from '../deliver/index.ts';
import { parseRoleArn } from '../identity/index.ts';
import type { AwsRole } from '../identity/index.ts';
import { addLimitOptions, limitsOf } from './gateway-limits.ts';
import type { GatewayLimitOptions } from './gateway-limits.ts';
import { eachGiven, ownPaths } from './place.ts';

const DEFAULT_LISTEN = '127.0.0.1:8443';

/** Adds `gateway`. */
export function addGatewayCommand(parent: Command): void {
  const command = parent
    .command('gateway')
    .description(
      'the central gateway to Amazon Bedrock: hosts whose policy says `upstream_auth: aws-identity` send their requests here; ends on SIGINT or SIGTERM when what is under way has ended, reads policy and certificate again on SIGHUP',
    )
    .requiredOption('--name <host>', 'the name that hosts ask for, and that they make their proofs for', nameOf)
    .requiredOption(
      '--allow-role <arn>',
      'a role whose hosts are let in, as arn:aws:iam::ACCOUNT:role/NAME; may be given several times',
      eachRole,
    )
    .option('--listen <address>', `where to listen, HOST:PORT (default: ${DEFAULT_LISTEN})`, listenOf)
    .addOption(
      new Option('--policy <file>', 'a document of the policy, or a folder of them; may be given several times')
        .argParser(eachGiven)
        .conflicts('bundle'),
    )
    .option('--bundle <file>', 'a signed bundle in place of a policy; needs `--trust`')
    .option('--trust <key>', 'the public key that signs bundles, in PEM')
    .option('--state <folder>', 'where its log and its keys lie (default: the state folder)')
    .option(
      '--store-name <name>',
      'what `{identity}` stands for in the places of its log, so that every task goes on with one store (default: whose its credentials are)',
      storeNameOf,
    )
    .option('--sts-url <url>', "where to ask STS (default: the region's own address)", serviceUrl)
    .option('--bedrock-url <url>', "where to ask Bedrock (default: the region's own address)", serviceUrl)
    .option('--tls-cert <file>', 'its certificate in PEM (default: one that it makes itself, for a load balancer)')
    .option('--tls-key <file>', 'the key of the certificate, in PEM')
    .addOption(new Option('--plain', 'speak HTTP without TLS, to this machine alone').conflicts(['tlsCert', 'tlsKey']));
  addLimitOptions(command);
  command
    .option('--json', 'print what happens as JSON lines')
    .action(async (options: GatewayOptions) => await serve(options));
}

interface Listen {
  readonly host: string;
  readonly port: number;
}

interface GatewayOptions extends GatewayLimitOptions {
  readonly name: string;
  readonly allowRole: readonly AwsRole[];
  readonly listen?: Listen;
  readonly policy?: readonly string[];
  readonly bundle?: string;
  readonly trust?: string;
  readonly state?: string;
  readonly storeName?: string;
  readonly stsUrl?: string;
  readonly bedrockUrl?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly plain?: boolean;
  readonly json?: boolean;
}

async function serve(options: GatewayOptions): Promise<void> {
  const isJson = options.json === true;
  const warn = (line: string): void => {
    process.stderr.write(isJson ? `${JSON.stringify({ event: 'warning', message: line })}\n` : `warning: ${line}\n`);
  };
  const gateway = await startCentralGateway(started(options, warn));
  const asked = Promise.withResolvers<void>();
  const stop = (): void => asked.resolve();
  const reload = (): void => void reloaded(gateway, isJson);
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', reload);
  const { url } = gateway;
  const policy = gateway.policy();
  process.stdout.write(
    isJson
      ? `${JSON.stringify({ event: 'ready', url, name: options.name, policy })}\n`
      : `gateway: ${url} as ${options.name}\npolicy: ${policy.slice(0, 16)}\nready\n`,
  );
  await asked.promise;
  await gateway.close();
  process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', reload);
  process.stdout.write(isJson ? `${JSON.stringify({ event: 'ended' })}\n` : 'ended\n');
}

function started(options: GatewayOptions, logError: (line: string) => void): CentralGatewayOptions {
  const paths = options.state === undefined ? ownPaths() : pathsBelow(resolve(options.state));
  const listen = options.listen ?? listenOf(DEFAULT_LISTEN);
  if (options.plain === true && !isLoopback(listen.host.includes(':') ? `[${listen.host}]` : listen.host)) {
    throw new UsageError('`--plain` is for this machine only; prompts would travel in the clear', {
      hint: 'listen at 127.0.0.1, or leave `--plain` out',
    });
  }
  return {
    paths,
    source: sourceOf(options, paths, logError),
    listen,
    name: options.name,
    roles: options.allowRole,
    stsUrl: options.stsUrl ?? null,
    bedrockUrl: options.bedrockUrl ?? null,
    tls: tlsOf(options),
    limits: limitsOf(options),
    storeName: options.storeName ?? null,
    logError,
  };
}

function sourceOf(
  { policy, bundle, trust }: GatewayOptions,
  paths: CentralGatewayOptions['paths'],
  logError: (line: string) => void,
): CentralGatewayOptions['source'] {
  if (bundle !== undefined && trust !== undefined) {
    return bundleSource({ bundleFile: resolve(bundle), trustFile: resolve(trust) }, paths.home);
  }
  if (policy !== undefined && trust === undefined) {
    return textSource({ paths, policyFiles: policy.map((file) => resolve(file)), logError });
  }
  throw new UsageError('no policy', { hint: 'give `--bundle` and `--trust`, or `--policy`' });
}

function tlsOf({ tlsCert, tlsKey, plain }: GatewayOptions): CentralGatewayOptions['tls'] {
  if (plain === true) return 'plain';
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new UsageError('`--tls-cert` and `--tls-key` belong together', { hint: 'give both, or none' });
  }
  return () => ({
    certificate: readFileSync(resolve(tlsCert), 'utf8'),
    privateKey: readFileSync(resolve(tlsKey), 'utf8'),
  });
}

async function reloaded(gateway: CentralGateway, isJson: boolean): Promise<void> {
  try {
    await gateway.reload();
    const policy = gateway.policy();
    process.stderr.write(
      isJson ? `${JSON.stringify({ event: 'policy', policy })}\n` : `policy is in force: ${policy.slice(0, 16)}\n`,
    );
  } catch (error) {
    const message = error instanceof SallyportError ? error.message : String(error);
    process.stderr.write(
      isJson
        ? `${JSON.stringify({ event: 'refused-reload', message })}\n`
        : `error: ${message}\nhint: what was in force before stays so\n`,
    );
  }
}

function eachRole(text: string, before: readonly AwsRole[] | undefined): readonly AwsRole[] {
  const role = parseRoleArn(text);
  if (role === null) throw new InvalidArgumentError('give the ARN of one role, without `*`');
  return [...(before ?? []), role];
}

function nameOf(text: string): string {
  const name = text.toLowerCase();
  if (
    name.length > 253 ||
    !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/.test(name)
  ) {
    throw new InvalidArgumentError('give the name of a host, such as gateway.agents.example.com');
  }
  return name;
}

function storeNameOf(text: string): string {
  if (isStoreName(text)) return text;
  throw new InvalidArgumentError('give 1 to 64 of `a-z`, `0-9` and `-`, beginning with a letter');
}

function listenOf(text: string): Listen {
  const [, host = '', port = ''] = /^(?:\[?([^\][]+?)\]?):([0-9]{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) > 65_535) throw new InvalidArgumentError('give HOST:PORT, such as 0.0.0.0:8443');
  return { host, port: Number(port) };
}

function serviceUrl(text: string): string {
  const url = URL.parse(text);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url === null || !isSafe || url.username !== '' || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new InvalidArgumentError('give an `https` address without a path, or `http` of this machine');
  }
  return url.origin;
}
