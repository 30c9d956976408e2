import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSessionId } from '../core/ids.ts';
import { osWatch } from './os-watch.ts';
import type { OsWatch } from './os-watch.ts';

const SESSION = makeSessionId(1, new Uint8Array(16));
const RUNNING = new Set([SESSION]);
const NOW_MS = 1_800_000_000_000;
const SCRIPT = "source /home/dev/.claude/shell-snapshots/snapshot-bash-1.sh || true && eval 'ls' && pwd -P > x";
const TABLE_HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

interface FakeProcess {
  readonly parent?: number;
  readonly words?: readonly string[];
  readonly isOfSession?: boolean;
  /** Inodes of the sockets that it holds. */
  readonly sockets?: readonly number[];
}

/** A `/proc` of our own. */
class FakeProc {
  readonly folder = mkdtempSync(join(tmpdir(), 'sp-proc-'));

  constructor(t: { after(fn: () => void): void }) {
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    writeFileSync(join(this.folder, 'uptime'), '100.00 50.00\n');
  }

  put(pid: number, { parent = 1, words = ['x'], isOfSession = false, sockets = [] }: FakeProcess): void {
    const folder = join(this.folder, String(pid));
    rmSync(folder, { recursive: true, force: true });
    for (const name of ['fd', 'ns', 'net']) mkdirSync(join(folder, name), { recursive: true });
    const zeros = Array<string>(17).fill('0').join(' ');
    writeFileSync(join(folder, 'stat'), `${pid} (x) S ${parent} ${zeros} 9000 0`);
    writeFileSync(join(folder, 'environ'), isOfSession ? `A=1\0SALLYPORT_SESSION=${SESSION}\0` : 'A=1\0');
    writeFileSync(join(folder, 'cmdline'), `${words.join('\0')}\0`);
    symlinkSync('net:[1]', join(folder, 'ns', 'net'));
    for (const [nth, inode] of sockets.entries()) symlinkSync(`socket:[${inode}]`, join(folder, 'fd', String(nth)));
  }

  /** Says whose a process is. */
  own(pid: number, uid: number): void {
    writeFileSync(join(this.folder, String(pid), 'status'), `Name:\tx\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`);
  }

  end(pid: number): void {
    rmSync(join(this.folder, String(pid)), { recursive: true, force: true });
  }

  /** Connections, each a port of 127.0.0.1 and an inode. */
  connections(pid: number, ...rows: readonly (readonly [port: number, inode: number])[]): void {
    const lines = rows.map(
      ([port, inode]) =>
        `0: 0100007F:9999 0100007F:${port.toString(16).padStart(4, '0').toUpperCase()} 01 0:0 0:0 0 1000 0 ${inode} 1`,
    );
    writeFileSync(join(this.folder, String(pid), 'net', 'tcp'), `${[TABLE_HEAD, ...lines].join('\n')}\n`);
  }

  watch(uid: number | null = null): OsWatch {
    const uidOf = uid === null ? {} : { uidOf: () => uid };
    return osWatch({ isOfInterest: ({ port }) => port === 5000, procFolder: this.folder, ...uidOf });
  }
}

const pids = (found: readonly { readonly pid: number }[]): readonly number[] => found.map(({ pid }) => pid);

test('the shell of a command is told once, with the moment at which it began', (t) => {
  const proc = new FakeProc(t);
  proc.put(10, { words: ['claude'], isOfSession: true });
  proc.put(11, { parent: 10, words: ['/bin/bash', '-c', SCRIPT], isOfSession: true });
  proc.put(12, { parent: 11, words: ['/bin/bash', '-c', SCRIPT], isOfSession: true });
  proc.put(13, { parent: 1, words: ['/bin/bash', '-c', SCRIPT] });
  const watch = proc.watch();
  assert.deepEqual(watch.sample(NOW_MS, RUNNING).commands, [
    { sessionId: SESSION, pid: 11, startedAtMs: NOW_MS - 10_000 },
  ]);
  for (let again = 0; again < 6; again += 1) assert.deepEqual(watch.sample(NOW_MS, RUNNING).commands, []);
});

test('a process is looked at again while it may still become another program', (t) => {
  const proc = new FakeProc(t);
  proc.put(10, { words: ['claude'], isOfSession: true });
  proc.put(11, { parent: 10, words: ['claude'], isOfSession: true });
  const watch = proc.watch();
  assert.deepEqual(watch.sample(NOW_MS, RUNNING).commands, []);
  proc.put(11, { parent: 10, words: ['/bin/bash', '-c', SCRIPT], isOfSession: true });
  assert.deepEqual(pids(watch.sample(NOW_MS, RUNNING).commands), [11]);
});

test('what a process of a session starts belongs to it, with whatever environment', (t) => {
  const proc = new FakeProc(t);
  proc.put(10, { words: ['claude'], isOfSession: true });
  proc.put(11, { parent: 10, words: ['env', '-i'] });
  proc.put(12, { parent: 11, words: ['curl'], sockets: [42] });
  proc.connections(10, [5000, 42]);
  for (const pid of [11, 12]) proc.connections(pid, [5000, 42]);
  const watch = proc.watch();
  watch.sample(NOW_MS, RUNNING);
  return watch.connections().then((held) => assert.deepEqual(pids(held), [12]));
});

test('another user’s process that takes the name of a session is nobody’s, and what the own ones start is the session’s', (t) => {
  const proc = new FakeProc(t);
  for (const [first, uid] of [
    [10, 1000],
    [20, 1001],
    [30, null],
  ] as const) {
    proc.put(first, { words: ['claude'], isOfSession: true });
    proc.put(first + 1, { parent: first, words: ['/bin/bash', '-c', SCRIPT], isOfSession: true });
    if (uid !== null) for (const pid of [first, first + 1]) proc.own(pid, uid);
  }
  assert.deepEqual(pids(proc.watch(1000).sample(NOW_MS, RUNNING).commands), [11]);
});

test('a process of a session that does not run is nobody’s', (t) => {
  const proc = new FakeProc(t);
  proc.put(10, { words: ['claude'], isOfSession: true });
  proc.put(11, { parent: 10, words: ['/bin/bash', '-c', SCRIPT], isOfSession: true });
  assert.deepEqual(proc.watch().sample(NOW_MS, new Set()).commands, []);
});

test('a connection is told once with who holds it; those of others and those of no interest are not', async (t) => {
  const proc = new FakeProc(t);
  proc.put(10, { words: ['claude'], isOfSession: true, sockets: [41, 42] });
  proc.put(20, { words: ['browser'], sockets: [43] });
  proc.connections(10, [4000, 41], [5000, 42], [5000, 43]);
  const watch = proc.watch();
  watch.sample(NOW_MS, RUNNING);
  assert.deepEqual(await watch.connections(), [
    { sessionId: SESSION, pid: 10, startedAtMs: NOW_MS - 10_000, remote: { address: '127.0.0.1', port: 5000 } },
  ]);
  assert.deepEqual(await watch.connections(), []);
});

test('a socket that is connected late is found by a later look', async (t) => {
  const proc = new FakeProc(t);
  proc.put(10, { words: ['claude'], isOfSession: true, sockets: [42] });
  proc.connections(10);
  const watch = proc.watch();
  watch.sample(NOW_MS, RUNNING);
  for (let look = 0; look < 10; look += 1) assert.deepEqual(await watch.connections(), []);
  proc.connections(10, [5000, 42]);
  const found: number[] = [];
  for (let look = 0; look < 30; look += 1) found.push(...pids(await watch.connections()));
  assert.deepEqual(found, [10]);
});

test('processes that end while they are looked at, and files that are none, stop nothing', (t) => {
  const proc = new FakeProc(t);
  proc.put(10, { words: ['claude'], isOfSession: true });
  mkdirSync(join(proc.folder, '11'));
  writeFileSync(join(proc.folder, 'version'), 'x');
  const watch = proc.watch();
  assert.deepEqual(watch.sample(NOW_MS, RUNNING), { commands: [], connections: [] });
  proc.end(10);
  assert.deepEqual(watch.sample(NOW_MS, RUNNING), { commands: [], connections: [] });
});

test('what the kernel’s audit tells of a process of a session is told, though no look saw it', (t) => {
  const proc = new FakeProc(t);
  proc.put(10, { words: ['claude'], isOfSession: true });
  const watch = proc.watch();
  watch.sample(NOW_MS, RUNNING);
  const words = ['/bin/bash', '-c', SCRIPT];
  const exec = { kind: 'exec', atMs: NOW_MS, pid: 11, parentPid: 10, words } as const;
  assert.deepEqual(pids(watch.take(exec, RUNNING).commands), [11]);
  assert.deepEqual(pids(watch.take({ ...exec, pid: 21, parentPid: 20 }, RUNNING).commands), []);
  const connect = { kind: 'connect', atMs: NOW_MS, pid: 10, parentPid: 1, address: '127.0.0.1' } as const;
  assert.deepEqual(pids(watch.take({ ...connect, port: 5000 }, RUNNING).connections), [10]);
  assert.deepEqual(pids(watch.take({ ...connect, port: 4000 }, RUNNING).connections), []);
});
