import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { request } from 'node:http';
import type { Command } from 'commander';
import { loadPolicy } from '../bin/load-policy.ts';
import type { InForce } from '../bin/load-policy.ts';
import { readIfThere } from '../bin/state-folder.ts';
import type { DaemonStatus, ProbeAnswer } from '../core/control.ts';
import { SallyportError } from '../core/error.ts';
import { runtimePaths } from '../bin/runtime-folder.ts';
import type { RuntimePaths } from '../bin/runtime-folder.ts';
import { controlClient, hallClient } from './control-client.ts';
import { answersAt, engineFindings } from './doctor-engines.ts';
import { missing, note, ok } from './doctor-finding.ts';
import type { Finding } from './doctor-finding.ts';
import { capabilityFindings, hostFinding } from './doctor-host.ts';
import { logPlaceFindings } from './doctor-log.ts';
import { machineAccounts, privilegeFindings } from './doctor-privileges.ts';
import { EXIT } from './exit-code.ts';
import { findBwrap, findClient } from './launch.ts';
import { findProgram, MANAGED_FOLDER } from './private-mount.ts';
import { ownCredentials, ownPaths, policyFiles } from './place.ts';
import type { SetExitCode } from './program.ts';
import { systemDaemon } from './system-daemon.ts';
import { folderTree, verify } from '../verify/index.ts';

const MIN_FREE_BYTES = 256 * 1024 * 1024;
/** A clock before this is not set: certificates and signed requests fail. 2026-01-01. */
const EARLIEST_CLOCK_MS = Date.UTC(2026, 0, 1);
const PROBE_TIMEOUT_MS = 5_000;
const FIX_LOG = 'make room, or mend the disk of the log; it goes on by itself';

/** Adds `doctor`. */
export function addDoctorCommand(parent: Command, setExitCode: SetExitCode): void {
  parent
    .command('doctor')
    .description('examine what is in force and what is missing, each with its fix; exits 3 where something is missing')
    .option('--json', 'print the findings as JSON')
    .action(async (options: { json?: boolean }) => {
      const findings = await examine();
      if (options.json === true) process.stdout.write(`${JSON.stringify(findings)}\n`);
      else {
        for (const { name, state, text, fix } of findings) {
          process.stdout.write(`${state.padEnd(7)}  ${name.padEnd(12)}  ${text}\n`);
          if (fix !== null) process.stdout.write(`${' '.repeat(23)}fix: ${fix}\n`);
        }
      }
      if (findings.some((finding) => finding.state === 'missing')) setExitCode(EXIT.no);
    });
}

async function examine(): Promise<readonly Finding[]> {
  const system = systemDaemon(process.env);
  if (system !== null) return await examineHost(system);
  const paths = ownPaths();
  const control = controlClient(paths.controlSocket);
  const daemon = await orFailure(() => control.status());
  const probe = daemon instanceof SallyportError ? daemon : await orFailure(() => control.openProbe());
  return [
    clientFinding(),
    policyFinding(),
    daemonFinding(daemon),
    hookFinding(daemon, probe),
    await gatewayFinding(daemon, probe),
    ...(await engineFindings(daemon, ownPolicy()?.bundle.policy ?? null, {
      findProgram: (name) => findProgram(name, searchPath()),
      keyOf: (name) => process.env[name] ?? null,
      answersAt,
    })),
    bubblewrapFinding(),
    programFinding('socat', 'the client needs it for the network of its sandbox', '`apt-get install socat`'),
    managedFinding(),
    credentialFinding(),
    Date.now() > EARLIEST_CLOCK_MS
      ? ok('clock', new Date().toISOString())
      : missing('clock', `the clock says ${new Date().toISOString()}`, 'set it: `timedatectl set-ntp true`'),
    diskFinding(paths.home),
    await logFinding(paths.audit),
    ...logPlaceFindings(daemon),
    ...capabilityFindings(daemon),
    ...(daemon instanceof SallyportError || daemon.host === undefined
      ? []
      : privilegeFindings(machineAccounts(runtimePaths(daemon.host.runtimeFolder).sessionSocket))),
  ];
}

/** What a user of a machine can see whose daemon is another's. */
async function examineHost({ sessionSocket }: RuntimePaths): Promise<readonly Finding[]> {
  return [
    clientFinding(),
    hostFinding(sessionSocket, await orFailure(() => hallClient(sessionSocket).status())),
    ...privilegeFindings(machineAccounts(sessionSocket)),
    bubblewrapFinding(),
    programFinding('socat', 'the client needs it for the network of its sandbox', '`apt-get install socat`'),
    managedFinding(),
  ];
}

function bubblewrapFinding(): Finding {
  return attempt('bubblewrap', () => ok('bubblewrap', `${findBwrap(searchPath())} makes mount namespaces`));
}

function clientFinding(): Finding {
  return attempt('client', () => {
    const client = findClient('claude', searchPath());
    const ran = spawnSync(client, ['--version'], {
      encoding: 'utf8',
      timeout: PROBE_TIMEOUT_MS,
      env: { PATH: searchPath(), HOME: '/nonexistent' },
    });
    const version = /^\d+\.\d+\.\d+/.exec(ran.stdout)?.[0] ?? null;
    if (version === null) return missing('client', `${client} does not say its version`, 'reinstall the client');
    const wanted = ownPolicy()?.bundle.policy.client.minimumVersion ?? version;
    return isAtLeast(version, wanted)
      ? ok('client', `${version} (${client})`)
      : missing(
          'client',
          `${version} is older than the policy's ${wanted} (${client})`,
          'update it: `npm i -g @anthropic-ai/claude-code`',
        );
  });
}

function policyFinding(): Finding {
  return attempt('policy', () => {
    const { bundle, file } = loadPolicy(policyFiles(), ownPaths().home);
    return ok(
      'policy',
      `${bundle.policy.name}, digest ${bundle.digest.slice(0, 16)} (${file}), taken where none is named`,
    );
  });
}

function daemonFinding(daemon: DaemonStatus | SallyportError): Finding {
  if (daemon instanceof SallyportError) return missing('daemon', daemon.message, daemon.hint ?? 'see docs/errors.md');
  const { pid, policy, refusedReload, logHealth } = daemon;
  const text = `process ${pid}, policy ${policy.name} ${policy.digest.slice(0, 16)} in force (${policy.file})`;
  if (logHealth.state === 'failing') {
    return missing('daemon', `process ${pid} cannot write its log and denies every call: ${logHealth.error}`, FIX_LOG);
  }
  const denying = daemon.delivery.find(({ backlog }) => backlog === 'deny');
  if (denying !== undefined) {
    const behind = `${denying.behind} records are not delivered to sink \`${denying.name}\``;
    return missing('daemon', `process ${pid} denies every call: ${behind}`, 'see `sallyport audit delivery`');
  }
  if (refusedReload !== null) {
    const refused = `${text}; a newer one was refused: ${refusedReload.reason}`;
    return note('daemon', refused, `mend the policy, then \`kill -HUP ${pid}\``);
  }
  const own = ownPolicy();
  if (own !== null && own.file === policy.file && own.bundle.digest !== policy.digest) {
    return note('daemon', `${text}; the file has changed since`, `\`kill -HUP ${pid}\` reads it again`);
  }
  return ok('daemon', text);
}

/** The policy that `up` would take, or null where it has faults, which have a line of their own. */
function ownPolicy(): InForce | null {
  try {
    return loadPolicy(policyFiles(), ownPaths().home);
  } catch (error) {
    if (error instanceof SallyportError) return null;
    throw error;
  }
}

/**
 * Starts the hook client as the client would, with an event of a session that is ended: it must be refused. The records
 * of it belong to that session, which says that it was opened for this.
 */
function hookFinding(daemon: DaemonStatus | SallyportError, probe: ProbeAnswer | SallyportError): Finding {
  if (daemon instanceof SallyportError)
    return missing('hook', 'no daemon answers, so the hook client refuses every call', 'see the line `daemon`');
  if (probe instanceof SallyportError) return missing('hook', probe.message, probe.hint ?? 'see docs/errors.md');
  const [program = '', ...words] = daemon.hookCommand;
  const event = JSON.stringify({
    session_id: 'doctor',
    hook_event_name: 'PreToolUse',
    tool_name: 'Bash',
    tool_use_id: 'doctor',
    tool_input: { command: 'sallyport doctor' },
    cwd: '/',
  });
  const ran = spawnSync(program, [...words, daemon.guardSocket, probe.sessionId], {
    input: event,
    encoding: 'utf8',
    timeout: PROBE_TIMEOUT_MS * 2,
  });
  if (ran.status === 2)
    return missing('hook', `the guard does not answer: ${ran.stderr.trim().slice(0, 120)}`, 'restart the daemon');
  if (ran.status !== 0 || !ran.stdout.includes('"permissionDecision":"deny"')) {
    return missing(
      'hook',
      `the hook client (${daemon.hookClient}) let a call of an ended session pass`,
      'rebuild it: `npm run build`',
    );
  }
  const note = daemon.hookClient === 'c' ? '' : '; a C compiler would make it faster (`npm run build`)';
  return ok('hook', `the hook client (${daemon.hookClient}) reaches the guard, which refuses an ended session${note}`);
}

/** Calls the model with the token of a session that is ended: it must be refused. */
async function gatewayFinding(
  daemon: DaemonStatus | SallyportError,
  probe: ProbeAnswer | SallyportError,
): Promise<Finding> {
  if (daemon instanceof SallyportError) return missing('gateway', 'no daemon answers', 'see the line `daemon`');
  if (probe instanceof SallyportError) return missing('gateway', probe.message, probe.hint ?? 'see docs/errors.md');
  const code = await new Promise<number>((resolve) => {
    const asked = request(
      `${daemon.gatewayUrl}/v1/messages`,
      { method: 'POST', timeout: PROBE_TIMEOUT_MS, headers: { authorization: `Bearer ${probe.token}` } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', () => resolve(0));
    asked.end('{}');
  });
  return code === 403
    ? ok('gateway', `${daemon.gatewayUrl} refuses calls of an ended session`)
    : missing('gateway', `${daemon.gatewayUrl} answered ${code} to a call of an ended session`, 'restart the daemon');
}

function managedFinding(): Finding {
  const bytes = readIfThere(`${MANAGED_FOLDER}/managed-settings.json`);
  if (bytes === null) return ok('settings', `put in force per session; nothing is installed in ${MANAGED_FOLDER}`);
  const isOurs = bytes.includes('"policyHelper"');
  return note(
    'settings',
    `${MANAGED_FOLDER}/managed-settings.json is there${isOurs ? ', with a policy helper' : ''}; \`sallyport run\` puts its own in its place`,
    null,
  );
}

function credentialFinding(): Finding {
  return Object.values(ownCredentials()).some((value) => value !== null)
    ? ok('credentials', 'this shell has a credential for a model provider')
    : note(
        'credentials',
        'this shell has none for a model provider',
        'set ANTHROPIC_API_KEY or AWS credentials before `sallyport run`',
      );
}

function diskFinding(folder: string): Finding {
  return attempt('disk', () => {
    if (readIfThere(`${folder}/bundle.json`) === null) return ok('disk', `${folder} will be made by the first start`);
    const disk = statfsSync(folder);
    const freeBytes = disk.bavail * disk.bsize;
    const text = `${Math.floor(freeBytes / 1024 / 1024)} MiB free for the log`;
    return freeBytes >= MIN_FREE_BYTES
      ? ok('disk', text)
      : missing('disk', text, 'make room: a full disk denies every call');
  });
}

async function logFinding(folder: string): Promise<Finding> {
  if (readIfThere(ownPaths().bundle) === null) return ok('log', 'nothing is written yet');
  const report = await verify(folderTree(folder));
  const [fault] = report.faults;
  if (report.ok) return ok('log', `${report.records} records verified`);
  return missing(
    'log',
    `not as written: ${fault?.file ?? ''} ${fault?.problem ?? ''}`,
    '`sallyport audit verify` names every fault; keep the folder as it is',
  );
}

function programFinding(name: string, why: string, fix: string): Finding {
  const found = findProgram(name, searchPath());
  return found === null ? missing(name, `not found; ${why}`, fix) : ok(name, found);
}

/** What somebody answers, or the failure that is then a finding. */
async function orFailure<Answer>(ask: () => Promise<Answer>): Promise<Answer | SallyportError> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SallyportError) return error;
    throw error;
  }
}

function attempt(name: string, look: () => Finding): Finding {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error;
    return missing(name, error.message.split('\n')[0] ?? '', error.hint ?? 'see docs/errors.md');
  }
}

/** Compares two versions of three numbers. */
function isAtLeast(version: string, wanted: string): boolean {
  const [have, need] = [version, wanted].map((text) => text.split('.').map(Number));
  for (let place = 0; place < 3; place += 1) {
    const difference = (have?.[place] ?? 0) - (need?.[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function searchPath(): string {
  return process.env['PATH'] ?? '/usr/bin:/bin';
}
