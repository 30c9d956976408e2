import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { contained, imageLayout, volume } from './image-layout.ts';
import type { Contained } from './image-layout.ts';

export const SESSION_DOCKERFILE = 'infra/images/session/Dockerfile';
export const NODE_IN_IMAGE = '/usr/local/bin/node';
export const GUARD_UID = 10_001;
export const DEVELOPER_UID = 10_002;

/** The volumes of a session's task. */
export interface Task {
  readonly image: string;
  readonly run: string;
  readonly doors: string;
  readonly settings: string;
  readonly workspace: string;
  readonly home: string;
  readonly programs: string;
}

/** The volumes of a session's task, with a program that is called as the worker of ECS Exec. */
export function sessionTask(t: TestContext): Task {
  const image = imageLayout(SESSION_DOCKERFILE);
  const run = volume(t, GUARD_UID);
  mkdirSync(join(run, 'doors'));
  const programs = volume(t, 0);
  copyFileSync('/bin/sh', join(programs, 'ssm-session-worker'));
  return {
    image,
    run,
    doors: volume(t, GUARD_UID, 0o3733),
    settings: volume(t, GUARD_UID),
    workspace: volume(t, DEVELOPER_UID),
    home: volume(t, DEVELOPER_UID),
    programs,
  };
}

/** Words that take on a user and give up every right, as a container without capabilities has it. */
export function as(uid: number): readonly string[] {
  return [
    '/usr/bin/setpriv',
    '--reuid',
    String(uid),
    '--regid',
    String(uid),
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
    '--inh-caps=-all',
    '--',
  ];
}

/** Starts the container of the developer. */
export function startSession(
  t: TestContext,
  { image, run, doors, settings, workspace, home, programs }: Task,
  env: Readonly<Record<string, string>>,
  {
    bind = '--ro-bind',
    before = [],
    more = [],
  }: { readonly bind?: string; readonly before?: readonly string[]; readonly more?: readonly string[] } = {},
): Contained {
  const mounts = [
    '--ro-bind',
    run,
    '/run/sallyport',
    '--bind',
    doors,
    '/run/sallyport/doors',
    bind,
    settings,
    '/etc/claude-code',
    '--bind',
    workspace,
    '/workspace',
    '--bind',
    home,
    '/home/developer',
    '--tmpfs',
    '/tmp',
    '--ro-bind',
    programs,
    '/in',
    ...more,
  ];
  return contained(t, {
    image: withSettingsFolder(image),
    uid: 0,
    mounts,
    env: { SALLYPORT_SANDBOX: 'task', PATH: '/usr/local/bin:/usr/bin:/bin', ...env },
    argv: [...before, ...as(DEVELOPER_UID), NODE_IN_IMAGE, '/opt/sallyport/infra/images/session/session.mjs'],
    hasPrograms: true,
  });
}

function withSettingsFolder(image: string): string {
  mkdirSync(join(image, 'etc/claude-code'), { recursive: true });
  return image;
}

/** What the guard leaves for a session that waits for it: its socket, and settings. Nobody answers. */
export async function standInGuard(t: TestContext, { run, settings }: Task): Promise<void> {
  writeFileSync(join(settings, 'managed-settings.json'), '{}');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(run, 'session.sock'), resolve));
  t.after(() => void server.close());
}
