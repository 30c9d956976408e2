import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseDocument } from 'yaml';
import { loadPolicy } from '../bin/load-policy.ts';
import { statePaths } from '../bin/state-folder.ts';
import type { StatePaths } from '../bin/state-folder.ts';
import type { DaemonStatus, ModelCredentials } from '../core/control.ts';
import { NotRunning } from '../core/error.ts';
import { startScriptedModel, writeRehearsalProject } from '../drill/index.ts';
import type { DrillSite, Script, ScriptedModel } from '../drill/index.ts';
import { controlClient } from './control-client.ts';
import type { ControlClient } from './control-client.ts';

/** Where rehearsals take place. Not below `/tmp`, which policies commonly leave open. */
const STAGE_PARENT = '/var/tmp';
const DAEMON_START_TIMEOUT_MS = 20_000;

/** Everything that a rehearsal needs, made for it alone and removed with it. */
export interface Stage {
  readonly site: DrillSite;
  readonly paths: StatePaths;
  readonly control: ControlClient;
  readonly model: ScriptedModel;
  readonly credentials: ModelCredentials;
  /** The environment of the client: nothing of the caller's but PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** What the model says next; set before each session. */
  script: Script;
  /** A fresh project of the same content. */
  project(name: string): DrillSite;
  daemon(): ChildProcess;
  startDaemon(): Promise<DaemonStatus>;
  close(): Promise<void>;
}

/** Makes the folders, the project, the scripted model and a daemon of its own, with the given policy in force. */
export async function openStage(policyFile: string): Promise<Stage> {
  // Read before anything is made: a policy with a fault leaves nothing behind.
  loadPolicy(policyFile, STAGE_PARENT);
  const policyText = readFileSync(policyFile, 'utf8');
  const root = mkdtempSync(join(STAGE_PARENT, `sp-drill-${process.pid}-`));
  const secret = `DRILL-${randomBytes(12).toString('hex')}`;
  const siteFor = (name: string): DrillSite => ({
    workspace: join(root, name),
    home: join(root, `${name}-home`),
    stateFolder: join(root, 'state'),
    secret,
    witnessFolder: join(root, `${name}-witness`),
  });
  const state: { child: ChildProcess | null; script: Script } = { child: null, script: () => ({ text: 'done' }) };
  const model = await startScriptedModel({ script: (request) => state.script(request), keptRequests: 4 });
  const paths = statePaths({ SALLYPORT_HOME: join(root, 'state') }, root);
  const ownPolicy = join(root, 'policy.yaml');
  writeFileSync(ownPolicy, rehearsalPolicy(policyText, model.url));

  const project = (name: string): DrillSite => {
    const site = siteFor(name);
    mkdirSync(site.workspace, { recursive: true });
    mkdirSync(site.home, { recursive: true });
    writeRehearsalProject(site);
    return site;
  };
  const site = project('work');

  async function startDaemon(): Promise<DaemonStatus> {
    const child = spawn(process.execPath, [process.argv[1] ?? '', 'up', '--json', '--policy', ownPolicy], {
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: root, SALLYPORT_HOME: paths.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    state.child = child;
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    return await new Promise<DaemonStatus>((resolve, reject) => {
      const fail = (): void => {
        const said = Buffer.concat(errors).toString('utf8').trim();
        reject(
          new NotRunning(`the rehearsal's daemon did not start: ${said}`, { hint: 'run `sallyport policy check`' }),
        );
      };
      const timer = setTimeout(fail, DAEMON_START_TIMEOUT_MS);
      child.once('exit', fail);
      createInterface({ input: child.stdout }).once('line', (line) => {
        clearTimeout(timer);
        child.off('exit', fail);
        resolve(JSON.parse(line) as DaemonStatus);
      });
    });
  }

  async function close(): Promise<void> {
    const child = state.child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
    }
    await model.close();
    rmSync(root, { recursive: true, force: true });
  }

  try {
    await startDaemon();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    site,
    paths,
    control: controlClient(paths.controlSocket),
    model,
    credentials: {
      anthropicApiKey: 'drill-key',
      anthropicAuthToken: null,
      awsAccessKeyId: null,
      awsSecretAccessKey: null,
      awsSessionToken: null,
      awsProfile: null,
      awsBearerToken: null,
    },
    env: {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      TERM: 'dumb',
      LANG: 'C.UTF-8',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    },
    set script(script: Script) {
      state.script = script;
    },
    get script(): Script {
      return state.script;
    },
    project,
    daemon: () => {
      if (state.child === null) throw new NotRunning('the rehearsal has no daemon');
      return state.child;
    },
    startDaemon,
    close,
  };
}

/** The policy under test, with the scripted model for upstream. Everything else stays as it is written. */
function rehearsalPolicy(text: string, modelUrl: string): string {
  const document = parseDocument(text);
  document.setIn(['models', 'provider'], 'anthropic');
  document.setIn(['models', 'upstream'], modelUrl);
  return document.toString();
}
