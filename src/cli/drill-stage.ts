import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseDocument } from 'yaml';
import { loadPolicy } from '../bin/load-policy.ts';
import { readPolicyFiles } from '../bin/policy-files.ts';
import { statePaths } from '../bin/state-folder.ts';
import type { StatePaths } from '../bin/state-folder.ts';
import type { DaemonStatus, ModelCredentials } from '../core/control.ts';
import { NotRunning } from '../core/error.ts';
import { startScriptedModel, writeRehearsalProject } from '../drill/index.ts';
import type { DrillSite, Script, ScriptedModel } from '../drill/index.ts';
import { controlClient } from './control-client.ts';
import type { ControlClient } from './control-client.ts';
import { STAGE_PARENT, clearStaleStages, makeStageFolder, stageState } from './drill-folder.ts';

const DAEMON_START_TIMEOUT_MS = 20_000;
const DAEMON_END_TIMEOUT_MS = 10_000;

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
export async function openStage(policyFiles: readonly string[]): Promise<Stage> {
  // Read before anything is made: a policy with a fault leaves nothing behind.
  loadPolicy(policyFiles, STAGE_PARENT);
  const sources = readPolicyFiles(policyFiles);
  await clearStaleStages();
  const folder = makeStageFolder();
  const root = folder.path;
  const secret = `DRILL-${randomBytes(12).toString('hex')}`;
  const siteFor = (name: string): DrillSite => ({
    workspace: join(root, name),
    home: join(root, `${name}-home`),
    stateFolder: stageState(root),
    secret,
    witnessFolder: join(root, `${name}-witness`),
  });
  const state: { child: ChildProcess | null; script: Script } = { child: null, script: () => ({ text: 'done' }) };
  const model = await startScriptedModel({ script: (request) => state.script(request), keptRequests: 4 });
  const paths = statePaths({ SALLYPORT_HOME: stageState(root) }, root);
  const ownPolicy = join(root, 'policy');
  mkdirSync(ownPolicy);
  for (const [index, { bytes }] of sources.entries()) {
    writeFileSync(join(ownPolicy, `${index}.yaml`), rehearsalPolicy(Buffer.from(bytes).toString('utf8'), model.url));
  }

  const project = (name: string): DrillSite => {
    const site = siteFor(name);
    mkdirSync(site.workspace, { recursive: true });
    mkdirSync(site.home, { recursive: true });
    writeRehearsalProject(site);
    return site;
  };
  const site = project('work');

  async function startDaemon(): Promise<DaemonStatus> {
    const child = spawn(
      process.execPath,
      [process.argv[1] ?? '', 'up', '--json', '--end-with-stdin', '--policy', ownPolicy],
      {
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: root, SALLYPORT_HOME: paths.home },
        // Its standard input is never written: it ends when this process does, in whatever way.
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    );
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
      const timer = setTimeout(() => child.kill('SIGKILL'), DAEMON_END_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    }
    await model.close();
    folder.remove();
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
      googleAccessToken: null,
      googleCredentialsFile: null,
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

/** A document of the policy under test, with the scripted model for upstream. Everything else stays as it is written. */
function rehearsalPolicy(text: string, modelUrl: string): string {
  const document = parseDocument(text);
  const layer: unknown = document.get('layer') ?? 'base';
  document.delete('providers');
  if (layer !== 'base') return document.toString();
  document.setIn(['providers', 'use'], 'anthropic');
  document.setIn(['providers', 'anthropic', 'upstream'], modelUrl);
  return document.toString();
}
