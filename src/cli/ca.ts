import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { loadPolicy } from '../bin/load-policy.ts';
import { authorityFile } from '../bin/authority-file.ts';
import { prepareStateFolder } from '../bin/state-folder.ts';
import type { Authority } from '../ca/index.ts';
import { DEFAULT_AUTHORITY_DAYS, MAX_AUTHORITY_DAYS } from '../core/authority-days.ts';
import { AuthorityUnusable } from '../core/error.ts';
import { EXIT } from './exit-code.ts';
import { eachGiven, ownPaths, policyFiles } from './place.ts';
import type { SetExitCode } from './program.ts';
import { writeOutput } from './write-output.ts';

/** Adds `ca create`, `ca show`, `ca export` and `ca remove`. */
export function addCaCommands(parent: Command, setExitCode: SetExitCode): void {
  const ca = parent.command('ca').description('the local certificate authority of the forward proxy');
  ca.command('create')
    .description('make the authority, for the hosts of `gateway.forward_proxy.hosts` and no others')
    .option(
      '--policy <file>',
      'a document of the policy, or a folder of them; may be given several times (default: as for `up`)',
      eachGiven,
    )
    .option('--days <number>', `how long it is good, at most ${MAX_AUTHORITY_DAYS}`, daysOf, DEFAULT_AUTHORITY_DAYS)
    .option('--json', 'print JSON')
    .action(async (options: CreateOptions) => await create(options));
  ca.command('show')
    .description('say what the authority is for and until when; exits 3 where it does not hold now')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const { ownAuthority } = await authorities();
      const shown = shownAuthority(ownAuthority(ownPaths()));
      process.stdout.write(options.json === true ? `${JSON.stringify(shown)}\n` : authorityText(shown));
      if (!shown.holds) setExitCode(EXIT.no);
    });
  ca.command('export')
    .description('write its certificate, for clients to trust; never its key')
    .option('--out <file>', 'the file, `-` for standard output', '-')
    .option('--json', 'print JSON in place of PEM')
    .action(async (options: { out: string; json?: boolean }) => await exportCertificate(options));
  ca.command('remove')
    .description('delete the authority and its key')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => await remove(options.json === true));
}

/** The library of certificates is large, and no other command wants it. */
async function authorities(): Promise<typeof import('../bin/own-authority.ts')> {
  return await import('../bin/own-authority.ts');
}

interface CreateOptions {
  readonly policy?: readonly string[];
  readonly days: number;
  readonly json?: boolean;
}

async function create({ policy, days, json }: CreateOptions): Promise<void> {
  const { keepAuthority } = await authorities();
  const { makeAuthority } = await import('../ca/index.ts');
  const paths = ownPaths();
  const { forwardProxy } = loadPolicy(policyFiles(policy), paths.home).bundle.policy.gateway;
  prepareStateFolder(paths, userInfo().uid);
  const authority = makeAuthority({ hosts: forwardProxy.hosts, nowMs: Date.now(), days });
  keepAuthority(paths, authority);
  const shown = shownAuthority(authority);
  process.stdout.write(json === true ? `${JSON.stringify(shown)}\n` : authorityText(shown));
  const isOff = forwardProxy.enabled
    ? ''
    : 'hint: the policy has the proxy off: write `gateway: { forward_proxy: { enabled: true } }`\n';
  process.stderr.write(`hint: next, let clients trust it: \`sallyport ca export --out FILE\`\n${isOff}`);
}

async function exportCertificate({ out, json }: { readonly out: string; readonly json?: boolean }): Promise<void> {
  const { ownAuthority } = await authorities();
  const authority = ownAuthority(ownPaths());
  const certificate = authority.certificate.toString();
  const path = out === '-' ? out : resolve(out);
  const shown = { ...shownAuthority(authority), certificate };
  writeOutput(path, json === true ? `${JSON.stringify(shown)}\n` : certificate);
  process.stderr.write(howToTrust(path === '-' ? 'FILE' : path));
}

/** The state folder is out of a session's sight, so clients are shown a copy. */
function howToTrust(file: string): string {
  return [
    `clients built on Node or Bun: NODE_EXTRA_CA_CERTS=${file}`,
    `one command: curl --cacert ${file} --proxy http://sallyport:TOKEN@127.0.0.1:PORT https://...`,
    `Debian, Ubuntu: sudo cp ${file} /usr/local/share/ca-certificates/sallyport.crt && sudo update-ca-certificates`,
    `Fedora, RHEL: sudo cp ${file} /etc/pki/ca-trust/source/anchors/sallyport.pem && sudo update-ca-trust`,
    `macOS: security add-trusted-cert -r trustRoot -p ssl -k ~/Library/Keychains/login.keychain-db ${file}`,
    `Windows: certutil -user -addstore Root ${file}`,
  ]
    .map((line) => `hint: ${line}\n`)
    .join('');
}

async function remove(isJson: boolean): Promise<void> {
  const { removeAuthority } = await authorities();
  const paths = ownPaths();
  const wasThere = removeAuthority(paths);
  if (!wasThere) {
    throw new AuthorityUnusable(`there is no authority: \`${authorityFile(paths)}\``, { hint: 'nothing was changed' });
  }
  process.stdout.write(isJson ? '{"removed":true}\n' : `removed ${authorityFile(paths)}\n`);
  process.stderr.write('hint: take its certificate out of the stores and out of NODE_EXTRA_CA_CERTS as well\n');
}

interface ShownAuthority {
  readonly subject: string;
  readonly hosts: readonly string[];
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whether it holds at this moment. */
  readonly holds: boolean;
  readonly fingerprint256: string;
  readonly file: string;
}

function shownAuthority({ certificate, hosts, notBeforeMs, notAfterMs }: Authority): ShownAuthority {
  const nowMs = Date.now();
  return {
    subject: certificate.subject.replaceAll('\n', ', '),
    hosts,
    notBefore: new Date(notBeforeMs).toISOString(),
    notAfter: new Date(notAfterMs).toISOString(),
    holds: notBeforeMs <= nowMs && nowMs < notAfterMs,
    fingerprint256: certificate.fingerprint256,
    file: authorityFile(ownPaths()),
  };
}

function authorityText(shown: ShownAuthority): string {
  const rows = [
    ['subject', shown.subject],
    ['hosts', shown.hosts.join(', ')],
    ['from', shown.notBefore],
    ['until', `${shown.notAfter}${shown.holds ? '' : ' (does not hold now)'}`],
    ['sha256', shown.fingerprint256],
    ['file', shown.file],
  ];
  return rows.map(([name = '', value = '']) => `${name.padEnd(8)} ${value}\n`).join('');
}

function daysOf(text: string): number {
  const days = Number(text);
  if (/^[1-9]\d{0,3}$/.test(text) && days <= MAX_AUTHORITY_DAYS) return days;
  throw new InvalidArgumentError(`days are a whole number from 1 to ${MAX_AUTHORITY_DAYS}`);
}
