import { posix } from 'node:path';
import { imageName } from './image-name.ts';
import type { ValueKind } from './subcommands.ts';

/** The machine as the launcher sees it. */
export interface Place {
  /** The folder that containers may see, without links in its path. */
  readonly workspace: string;
  /** The path without links, or null where there is nothing. */
  realPath(path: string): string | null;
}

/** The word to pass on, or why none is. */
export type Checked = { readonly ok: true; readonly word: string } | { readonly ok: false; readonly why: string };

/** Looks at the value of a flag and gives it in the one form that is passed on. */
export function checkedValue(kind: ValueKind, value: string, place: Place): Checked {
  return CHECKS[kind](value, place);
}

/**
 * A folder or file below the workspace, by its path without links; what is shown must be what was looked at. So a path is refused that
 * podman would cut, at the signs of its lists and volumes, and one whose bytes are no text, which is written like the path of another.
 */
export function insideWorkspace(path: string, place: Place): Checked {
  const real = place.realPath(path);
  if (real === null) return refused(`there is no \`${path}\``);
  if (/[,:"\\\p{Cc}\ufffd]/u.test(real) || place.realPath(real) !== real)
    return refused(`\`${path}\` has a comma, colon, quote, backslash or control sign in its path; rename what has it`);
  const isInside = real === place.workspace || real.startsWith(`${place.workspace}/`);
  return isInside ? passed(real) : refused(`\`${path}\` is outside of the workspace \`${place.workspace}\``);
}

/** What the launcher writes on each container, to know it again. */
export const WORKSPACE_LABEL = 'io.sallyport.workspace';

const CHECKS: Readonly<Record<ValueKind, (value: string, place: Place) => Checked>> = {
  plain: passed,
  name: (value) => (NAME.test(value) ? passed(value) : refused(`\`${value}\` is no plain name`)),
  environment: (value) => (/^[A-Za-z_]\w*(?:=|$)/.test(value) ? passed(value) : refused(`\`${value}\` is no variable`)),
  image: imageName,
  label: (value) =>
    value.startsWith(WORKSPACE_LABEL) ? refused(`the label \`${WORKSPACE_LABEL}\` is the launcher’s`) : passed(value),
  platform: (value) =>
    /^[a-z0-9]+(?:\/[a-z0-9]+){1,2}$/.test(value)
      ? passed(value)
      : refused(`\`${value}\` is no platform as \`linux/amd64\``),
  'workspace-file': insideWorkspace,
  volume,
  mount,
  tmpfs,
  publish,
  network,
  pull: (value) =>
    /^(?:always|missing|newer|never)$/.test(value)
      ? passed(value)
      : refused('`--pull` is always, missing, newer or never'),
  seconds: (value) => (/^\d{1,5}$/.test(value) ? passed(value) : refused('a time is given in whole seconds')),
};

const NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;

/** What may follow a volume: `dev`, `suid` and the shared ways of mounting undo what a container is kept from. */
const VOLUME_OPTIONS = new Set(['ro', 'rw', 'z', 'Z', 'nosuid', 'nodev', 'noexec']);

function volume(value: string, place: Place): Checked {
  const [source = '', target = '', options, ...more] = value.split(':');
  if (more.length > 0 || target === '') return refused('a volume is `SOURCE:TARGET` or `SOURCE:TARGET:OPTIONS`');
  if (!isTarget(target)) return refused(`\`${target}\` is no path of a container`);
  const odd = options?.split(',').find((option) => !VOLUME_OPTIONS.has(option));
  if (odd !== undefined) return refused(`the option \`${odd}\` of a volume is not passed on`);
  const from = sourceOf(source, place);
  return from.ok ? passed([from.word, target, ...(options === undefined ? [] : [options])].join(':')) : from;
}

const MOUNT_KEYS = new Set(['type', 'source', 'src', 'target', 'destination', 'dst', 'readonly', 'ro', 'tmpfs-size']);

function mount(value: string, place: Place): Checked {
  const fields = new Map<string, string>();
  for (const part of value.split(',')) {
    const [key = '', ...rest] = part.split('=');
    if (!MOUNT_KEYS.has(key)) return refused(`the field \`${key}\` of a mount is not passed on`);
    if (fields.has(key)) return refused(`the field \`${key}\` of a mount is there twice`);
    fields.set(key, rest.join('='));
  }
  const type = fields.get('type') ?? '';
  const target = fields.get('target') ?? fields.get('destination') ?? fields.get('dst') ?? '';
  if (!isTarget(target)) return refused(`\`${target}\` is no path of a container`);
  const end = `target=${target}${fields.has('readonly') || fields.has('ro') ? ',ro=true' : ''}`;
  const size = fields.get('tmpfs-size');
  if (size !== undefined && (type !== 'tmpfs' || !/^\d+[kmg]?$/.test(size)))
    return refused('`tmpfs-size` is a number of a tmpfs, as `64m`');
  if (type === 'tmpfs') return passed(`type=tmpfs,${end}${size === undefined ? '' : `,tmpfs-size=${size}`}`);
  if (type !== 'bind' && type !== 'volume') return refused('a mount is of the type bind, volume or tmpfs');
  const source = fields.get('source') ?? fields.get('src') ?? '';
  const from = type === 'bind' ? insideWorkspace(source, place) : CHECKS.name(source, place);
  return from.ok ? passed(`type=${type},source=${from.word},${end}`) : from;
}

function sourceOf(source: string, place: Place): Checked {
  return source.includes('/') || source.startsWith('.') || source.startsWith('~')
    ? insideWorkspace(source, place)
    : CHECKS.name(source, place);
}

function tmpfs(value: string): Checked {
  const [target = '', options = ''] = value.split(':');
  if (!isTarget(target)) return refused(`\`${target}\` is no path of a container`);
  const odd = options
    .split(',')
    .find((option) => option !== '' && !/^(?:rw|ro|size=\d+[kmg]?|mode=0?[0-7]{3,4})$/.test(option));
  if (odd !== undefined) return refused(`the option \`${odd}\` of a tmpfs is not passed on`);
  return passed(`${target}:${[...options.split(',').filter((option) => option !== ''), 'nosuid', 'nodev'].join(',')}`);
}

/** Ports are opened on the loopback interface alone, whatever address was left out. */
function publish(value: string): Checked {
  const match = /^(?:127\.0\.0\.1:)?(?:(\d{1,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/.exec(value);
  if (match === null) return refused('a port is published as `PORT`, `HOST_PORT:PORT`, or those after `127.0.0.1:`');
  const [, host = '', inner = '', protocol] = match;
  return passed(`127.0.0.1:${host}:${inner}${protocol === undefined ? '' : `/${protocol}`}`);
}

/** `host`, and a namespace by path or of something else that runs, are what a container is kept from. */
function network(value: string): Checked {
  if (value === 'host' || !NAME.test(value)) return refused(`the network \`${value}\` is not passed on`);
  return passed(value);
}

/** A path of the container in one spelling, of signs that end no word of podman's. */
function isTarget(path: string): boolean {
  const isPlain = /^\/[^,:"\\\p{Cc}\ufffd]*$/u.test(path) && posix.normalize(path) === path;
  return isPlain && !/^\/(?:proc|sys|dev)(?:\/|$)/.test(path);
}

function passed(word: string): Checked {
  return { ok: true, word };
}

function refused(why: string): Checked {
  return { ok: false, why };
}
