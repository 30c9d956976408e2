import { optionValues, scanOptions } from './option-scan.ts';
import type { OptionSpec } from './option-scan.ts';
import type { ShellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';
import { MAX_WRAPPER_READINGS } from './caps.ts';

const GLOBAL: OptionSpec = {
  valueLetters: 'cHlnfp',
  valueNames: [
    'config',
    'context',
    'host',
    'log-level',
    'tlscacert',
    'tlscert',
    'tlskey',
    'namespace',
    'kubeconfig',
    'cluster',
    'user',
    'file',
    'project-name',
    'profile',
    'env-file',
    'project-directory',
    'connection',
    'url',
    'identity',
    'root',
  ],
};

const RUN: OptionSpec = {
  valueLetters: 'acehlmpuvw',
  flagLetters: 'ditPqT',
  valueNames: [
    'add-host',
    'annotation',
    'attach',
    'blkio-weight',
    'cap-add',
    'cap-drop',
    'cgroup-parent',
    'cgroupns',
    'cidfile',
    'cpu-period',
    'cpu-quota',
    'cpu-shares',
    'cpus',
    'cpuset-cpus',
    'cpuset-mems',
    'detach-keys',
    'device',
    'dns',
    'dns-search',
    'domainname',
    'entrypoint',
    'env',
    'env-file',
    'expose',
    'gpus',
    'group-add',
    'health-cmd',
    'health-interval',
    'hostname',
    'ip',
    'ipc',
    'isolation',
    'label',
    'label-file',
    'link',
    'log-driver',
    'log-opt',
    'mac-address',
    'memory',
    'memory-swap',
    'mount',
    'name',
    'net',
    'network',
    'network-alias',
    'pid',
    'pids-limit',
    'platform',
    'publish',
    'pull',
    'restart',
    'runtime',
    'security-opt',
    'shm-size',
    'stop-signal',
    'stop-timeout',
    'storage-opt',
    'sysctl',
    'tmpfs',
    'ulimit',
    'user',
    'userns',
    'uts',
    'volume',
    'volume-driver',
    'volumes-from',
    'workdir',
    'container',
  ],
  flagNames: [
    'detach',
    'init',
    'interactive',
    'tty',
    'rm',
    'privileged',
    'read-only',
    'publish-all',
    'quiet',
    'no-healthcheck',
    'oom-kill-disable',
    'sig-proxy',
    'stdin',
    'no-deps',
    'no-TTY',
    'build',
  ],
};

/** Containers: what `run` and `exec` start inside. Rules that deny a command deny it there too. */
export function unwrapContainer(invocation: Invocation): Unwrapped {
  const { words } = invocation;
  const at = subcommandAt(words);
  const name = words[at]?.text ?? '';
  if (name === 'compose' || name === 'container') {
    const inner = unwrapContainer({ ...invocation, words: words.slice(at + 1) });
    // `docker container run` is `docker run`: rules name the short form.
    return { ...inner, own: [...words.slice(0, name === 'container' ? at : at + 1), ...inner.own] };
  }
  if (!['run', 'exec', 'create', 'debug'].includes(name)) return plain(invocation);
  const scan = scanOptions(words.slice(at + 1), RUN);
  const image = at + 1 + scan.start;
  const entrypoint = optionValues(scan, 'entrypoint').at(-1);
  const front = entrypoint === undefined || entrypoint === null ? [] : [entrypoint];
  // kubectl takes options behind the name too, and the command behind `--`.
  const dashes = /^(?:kubectl|oc)$/.test(invocation.program) ? words.findIndex(({ text }) => text === '--') : -1;
  const commandAt = dashes > image ? dashes + 1 : image + 1 + (words[image + 1]?.text === '--' ? 1 : 0);
  const inners: Inner[] = [];
  const last = scan.isCertain ? commandAt : Math.min(commandAt + MAX_WRAPPER_READINGS, words.length);
  for (let start = commandAt; start <= last; start += 1) {
    const command: readonly ShellWord[] = [...front, ...words.slice(start)];
    if (command.length > 0)
      inners.push({ kind: 'words', words: command, role: 'inner', isDetached: true, folders: null });
  }
  return { own: words.slice(0, Math.min(image + 1, words.length)), role: 'plain', inners, questions: [], code: [] };
}

function subcommandAt(words: readonly ShellWord[]): number {
  return scanOptions(words, GLOBAL).start;
}
