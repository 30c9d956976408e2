import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { tellServiceManager } from './service-manager.ts';

const PYTHON = '/usr/bin/python3';
const SKIP = existsSync(PYTHON)
  ? existsSync('/usr/bin/systemd-notify')
    ? false
    : 'there is no systemd-notify'
  : 'there is no python3 for a datagram socket';

test('systemd is told that the service is ready, and that it stops', { skip: SKIP }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sp-notify-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'notify');
  const script = `import socket,sys
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.bind(sys.argv[1]); print('bound',flush=True)
while True: print(s.recv(4096).decode().replace('\\n',' '),flush=True)`;
  const child = spawn(PYTHON, ['-c', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => void child.kill('SIGKILL'));
  let said = '';
  const bound = new Promise<void>((resolve) =>
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('bound')) resolve();
    }),
  );
  await bound;
  const heard = (word: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => (said.includes(word) ? resolve() : void child.stdout.once('data', look));
      look();
    });
  assert.equal(await tellServiceManager('ready', { NOTIFY_SOCKET: path }), null);
  await heard('READY=1');
  assert.equal(await tellServiceManager('stopping', { NOTIFY_SOCKET: path }), null);
  await heard('STOPPING=1');
});

test('where nobody asked, nobody is told, and a socket that is gone is a warning', async () => {
  assert.equal(await tellServiceManager('ready', {}), null);
  if (SKIP === false)
    assert.match((await tellServiceManager('ready', { NOTIFY_SOCKET: '/nonexistent/x' })) ?? '', /not told/);
});
