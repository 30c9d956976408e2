import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { lockFolder } from '../audit/index.ts';
import { createWitnessKey, witnessKeyIn, witnessMemory } from '../bin/witness-files.ts';
import { readIfThere } from '../bin/state-folder.ts';
import { UsageError, WitnessUnusable } from '../core/error.ts';
import { parseVkey, vkeyKind, isKeyName } from '../tlog/index.ts';
import type { NoteVerifier } from '../tlog/index.ts';
import { Witness, witnessServer } from '../witness/index.ts';
import type { WitnessEvent, WitnessKey } from '../witness/index.ts';
import { eachGiven, ownPaths } from './place.ts';

const DEFAULT_LISTEN = '127.0.0.1:8331';

/** Adds `witness serve` and `witness keygen`. */
export function addWitnessCommands(parent: Command): void {
  const witness = parent
    .command('witness')
    .description('a witness of audit logs: cosigns checkpoints of logs that only ever grow (C2SP tlog-witness)');
  witness
    .command('serve')
    .description('answer logs over HTTP until SIGINT or SIGTERM')
    .option('--log <vkey>', 'verifier key of a log to cosign; may be given several times', eachGiven)
    .option('--logs <file>', 'file with verifier keys of logs, one a line; `#` starts a comment')
    .option('--key <file>', 'its private key, made by `witness keygen` (default: witness/key of the state folder)')
    .option('--state <folder>', 'what it remembers of each log (default: witness/state of the state folder)')
    .option(
      '--listen <address>',
      `where to listen, HOST:PORT (default: ${DEFAULT_LISTEN}); put TLS in front for others than this host`,
      listenOf,
    )
    .option('--json', 'print what happens as JSON lines')
    .action(async (options: ServeOptions) => await serve(options));
  witness
    .command('keygen')
    .description('make its key, and print the verifier key that logs are configured with')
    .option('--key <file>', 'where to write it (default: witness/key of the state folder)')
    .option(
      '--name <name>',
      'its name, for all time; an address without a scheme is usual (default: the name of this host and `/witness`)',
      nameOf,
    )
    .option('--json', 'print JSON')
    .action((options: KeygenOptions) => {
      const { vkey } = createWitnessKey(keyFile(options.key), options.name ?? `${hostname()}/witness`);
      process.stdout.write(options.json === true ? `${JSON.stringify({ vkey })}\n` : `${vkey}\n`);
    });
}

interface Listen {
  readonly host: string;
  readonly port: number;
}

interface ServeOptions {
  readonly log?: readonly string[];
  readonly logs?: string;
  readonly key?: string;
  readonly state?: string;
  readonly listen?: Listen;
  readonly json?: boolean;
}

interface KeygenOptions {
  readonly key?: string;
  readonly name?: string;
  readonly json?: boolean;
}

async function serve(options: ServeOptions): Promise<void> {
  const isJson = options.json === true;
  const logs = [...(options.log ?? []), ...linesOf(options.logs)].map(logKey);
  if (logs.length === 0) {
    throw new UsageError('no log to cosign', {
      hint: 'give its verifier key with --log, as `log.vkey` of its folder holds it',
    });
  }
  const key = witnessKeyIn(keyFile(options.key));
  const folder = resolve(options.state ?? join(ownPaths().home, 'witness', 'state'));
  const memory = witnessMemory(folder);
  // Two witnesses on one folder could each cosign a history that the other has not seen.
  const lock = lockFolder(folder);
  try {
    const origins = [...new Set(logs.map(({ name }) => name))];
    const witness = new Witness({
      logs,
      signer: key.signer(() => Math.floor(Date.now() / 1_000)),
      verifier: key.verifier,
      memory,
      report: (event) => process.stderr.write(isJson ? `${jsonOf(event)}\n` : `${textOf(event)}\n`),
    });
    for (const origin of origins) checkRemembered(witness, origin, folder);
    await listening(witnessServer(witness, origins), options.listen ?? listenOf(DEFAULT_LISTEN), key, isJson);
  } finally {
    lock.release();
  }
}

async function listening(
  server: ReturnType<typeof witnessServer>,
  { host, port }: Listen,
  { vkey }: WitnessKey,
  isJson: boolean,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  server.once('error', ended.reject);
  server.listen(port, host, () => {
    const address = server.address();
    const bound = address !== null && typeof address === 'object' ? address.port : port;
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
    process.stdout.write(isJson ? `${JSON.stringify({ url, vkey })}\n` : `witness: ${url}\nkey: ${vkey}\n`);
  });
  const stop = (): void => {
    server.close(() => {
      ended.resolve();
    });
    server.closeAllConnections();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await ended.promise;
  } catch (cause) {
    throw new WitnessUnusable(`cannot listen at ${host}:${port}`, {
      cause,
      hint: 'choose another address with --listen',
    });
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function keyFile(given: string | undefined): string {
  return resolve(given ?? join(ownPaths().home, 'witness', 'key'));
}

function linesOf(path: string | undefined): readonly string[] {
  if (path === undefined) return [];
  const found = readIfThere(resolve(path));
  if (found === null)
    throw new WitnessUnusable(`there is no file \`${path}\``, { hint: 'give a file of verifier keys' });
  const lines = found.toString('utf8').split('\n');
  return lines.map((line) => line.replace(/#.*$/, '').trim()).filter((line) => line !== '');
}

function logKey(vkey: string): NoteVerifier {
  const verifier = vkeyKind(vkey) === 'log' ? parseVkey(vkey) : null;
  if (verifier !== null) return verifier;
  throw new WitnessUnusable(`\`${vkey}\` is no verifier key of a log`, {
    hint: 'take the line in `log.vkey` of its folder',
  });
}

/** What cannot be read at the start is told at the start, not at the first request. */
function checkRemembered(witness: Witness, origin: string, folder: string): void {
  try {
    witness.latest(origin);
  } catch (cause) {
    throw new WitnessUnusable(`what is remembered of \`${origin}\` cannot be read`, {
      cause,
      hint: `restore its file in \`${folder}\`; without it any history would be cosigned`,
    });
  }
}

function listenOf(text: string): Listen {
  const [, host = '', port = ''] = /^(?:\[?([^\][]+?)\]?):([0-9]{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) > 65_535) throw new InvalidArgumentError('give HOST:PORT, such as 127.0.0.1:8331');
  return { host, port: Number(port) };
}

function nameOf(text: string): string {
  if (!isKeyName(text)) throw new InvalidArgumentError('a name holds no spaces and no plus');
  return text;
}

function textOf(event: WitnessEvent): string {
  const { origin } = event;
  switch (event.kind) {
    case 'cosigned':
      return `cosigned: \`${origin}\` with ${event.size} entries`;
    case 'stale':
      return event.old > event.known
        ? `warning: \`${origin}\` goes on from ${event.old} entries, ${event.known} are remembered: was the state put back?`
        : `asked: \`${origin}\` goes on from ${event.old} entries, ${event.known} are remembered`;
    case 'inconsistent':
      return `warning: \`${origin}\` signed ${event.size} entries that do not go on from the ${event.known} remembered: a fork`;
    case 'state-behind':
      return `warning: \`${origin}\` shows our cosignature of ${event.size} entries, ${event.known} are remembered: the state was put back`;
    case 'memory-failed':
      return `error: what is remembered of \`${origin}\` cannot be read or written: ${causeOf(event.cause)}`;
  }
}

function jsonOf(event: WitnessEvent): string {
  return JSON.stringify(event.kind === 'memory-failed' ? { ...event, cause: causeOf(event.cause) } : event);
}

function causeOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown';
}
