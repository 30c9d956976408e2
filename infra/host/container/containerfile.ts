import { instructionsOf } from './containerfile-lines.ts';
import type { Instruction } from './containerfile-lines.ts';
import { imageName } from './image-name.ts';

/** An image that a file takes from outside of itself. */
export interface TakenImage {
  readonly name: string;
  /** What the file says of it; null: what the build is for. */
  readonly platform: string | null;
  /** Whether a stage begins with it, so that its own instructions for that would run. */
  readonly isBase: boolean;
}

/** A part of the file as podman is to get it: text, or the place of an image. */
export type Part = string | TakenImage;

/** The file as it was understood, or why it is not built. */
export type ReadContainerfile =
  { readonly ok: true; readonly parts: readonly Part[] } | { readonly ok: false; readonly why: string };

/** What the command line says that the file may ask for. */
export interface BuildGiven {
  /** Values of `--build-arg`; null: not told by the line. */
  readonly args: ReadonlyMap<string, string | null>;
  /** Of this machine, as `linux/amd64`. */
  readonly platform: string;
}

/**
 * Reads a Containerfile and puts it together again, one line an instruction, with the images that it takes as parts of their own. Refused
 * is what reaches beyond the folder that is built in, in one version of podman or another: images by a transport or by a variable that
 * nobody can tell, mounts of a `RUN`, what `ADD` fetches, instructions for those who build upon it, and whatever is not known.
 */
export function readContainerfile(text: string, given: BuildGiven): ReadContainerfile {
  const read = instructionsOf(text);
  if (!read.ok) return read;
  const file: FileSoFar = { given, stages: [], args: new Map() };
  const parts: Part[] = [];
  for (const instruction of read.instructions) {
    const made = partsOf(instruction, file);
    if (typeof made === 'string')
      return { ok: false, why: `line ${instruction.lineNumber} of the file to build: ${made}` };
    parts.push(`${instruction.keyword} `, ...made, '\n');
  }
  return file.stages.length > 0 ? { ok: true, parts } : { ok: false, why: 'the file to build has no `FROM`' };
}

interface FileSoFar {
  readonly given: BuildGiven;
  /** Names of stages, empty where one has none. */
  readonly stages: string[];
  /** Of the file's head, where alone a `FROM` takes them from; null: cannot be told. */
  readonly args: Map<string, string | null>;
}

/** The instruction without its keyword, or the reason to refuse it. */
type Made = readonly Part[] | string;

function partsOf({ keyword, rest }: Instruction, file: FileSoFar): Made {
  if (PASSED_ON.has(keyword)) return [rest];
  switch (keyword) {
    case 'ARG':
      if (file.stages.length === 0) noteArgs(rest, file);
      return [rest];
    case 'FROM':
      return from(rest, file);
    case 'RUN':
      return run(rest);
    case 'COPY':
      return copy(rest, file);
    case 'ADD':
      return add(rest);
    case 'ONBUILD':
      return '`ONBUILD` is not looked at; write its instructions where they are to run';
    default:
      return `\`${keyword}\` is no instruction that is passed on`;
  }
}

/** What is done inside of the image, or said of it. */
const PASSED_ON = new Set(
  'CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL MAINTAINER SHELL STOPSIGNAL USER VOLUME WORKDIR'.split(' '),
);

function noteArgs(rest: string, { given, args }: FileSoFar): void {
  for (const word of rest.split(/[ \t]+/)) {
    const [, name = '', value] = /^(\w+)(?:=(.*))?$/.exec(word) ?? [];
    const plain = /^(["']?)([\w./:@-]*)\1$/.exec(value ?? '')?.[2];
    const isTold = !args.has(name) && (given.args.has(name) || (value !== undefined && plain !== undefined));
    args.set(name, isTold ? (given.args.has(name) ? (given.args.get(name) ?? null) : (plain ?? null)) : null);
  }
}

function from(rest: string, file: FileSoFar): Made {
  const match = /^(?:--platform=(\S+)[ \t]+)?([^\s-]\S*)(?:[ \t]+AS[ \t]+([A-Za-z][\w.-]*))?$/i.exec(rest);
  if (match === null) return 'a `FROM` is `[--platform=…] IMAGE [AS NAME]`';
  const [, said, written = '', stage = ''] = match;
  const platform = platformOf(said, file.given);
  if (platform === undefined) return `the platform \`${said ?? ''}\` cannot be told; write it out`;
  const name = expanded(written, file.args);
  const isOwn = file.stages.includes(written) || name === 'scratch';
  file.stages.push(stage);
  if (name === null)
    return `what \`${written}\` stands for cannot be told; give an \`ARG\` of its own, in front of the first \`FROM\`, a plain value`;
  const image = isOwn ? { ok: true as const } : imageName(name);
  if (!image.ok) return image.why;
  const end = stage === '' ? [] : [` AS ${stage}`];
  const begin = platform === null ? [] : [`--platform=${platform} `];
  return [...begin, isOwn ? name : { name, platform, isBase: true }, ...end];
}

function platformOf(said: string | undefined, given: BuildGiven): string | null | undefined {
  if (said === undefined || /^\$(?:TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(said)) return null;
  if (/^\$(?:BUILDPLATFORM|\{BUILDPLATFORM\})$/.test(said)) return given.platform;
  return /^[a-z0-9]+(?:\/[a-z0-9]+){1,2}$/.test(said) ? said : undefined;
}

function expanded(written: string, args: ReadonlyMap<string, string | null>): string | null {
  const names = [...written.matchAll(VARIABLE)].map(([, long, short]) => long ?? short ?? '');
  if (names.some((name) => (args.get(name) ?? null) === null)) return null;
  const name = written.replaceAll(VARIABLE, (_, long?: string, short?: string) => args.get(long ?? short ?? '') ?? '');
  return name.includes('$') ? null : name;
}

const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/** Mounts show folders of the machine by paths that links lead out of; one in memory shows none. */
function run(rest: string): Made {
  const { flags, end } = flagsOf(rest);
  const odd = flags.find((flag) => !MEMORY_MOUNT.test(flag));
  if (odd !== undefined)
    return `\`${odd}\` of a \`RUN\` is not passed on, a mount of \`type=tmpfs\` alone is; \`COPY\` what it needs`;
  return end.startsWith('--') ? 'what follows `RUN` begins with dashes' : [[...flags, end].join(' ')];
}

const MEMORY_MOUNT = /^--mount=type=tmpfs,(?:target|dst|destination)=\/[\w./-]+(?:,(?:tmpfs-)?size=\d+[kmg]?)?$/;

function copy(rest: string, file: FileSoFar): Made {
  const { flags, end } = flagsOf(rest);
  if (/(?:^|[ \t])--/.test(end)) return 'a flag of `COPY` stands behind its first name, or cannot be read';
  const parts: Part[] = [];
  for (const flag of flags) {
    const source = /^--from=(.+)$/.exec(flag)?.[1];
    if (source === undefined && !OWNER.test(flag)) return `\`${flag}\` of a \`COPY\` is not passed on`;
    if (source === undefined) parts.push(`${flag} `);
    else if (file.stages.includes(source) || /^\d{1,3}$/.test(source)) parts.push(`${flag} `);
    else {
      const image = imageName(source);
      if (!image.ok) return image.why;
      parts.push('--from=', { name: source, platform: null, isBase: false }, ' ');
    }
  }
  return [...parts, end];
}

const OWNER = /^--ch(?:own|mod)=[\w:.${}-]+$/;

/** It fetches by the machine's own network, which a container does not see. */
function add(rest: string): Made {
  const { flags, end } = flagsOf(rest);
  const isPlain = end.split(/[ \t]+/).every((word) => /^[\w./*?+][\w./*?+-]*$/.test(word) && !FETCHED.test(word));
  if (!isPlain || flags.some((flag) => !OWNER.test(flag)))
    return '`ADD` takes plain paths of the folder; `COPY` takes any, and fetching is for a `RUN`';
  return [[...flags, end].join(' ')];
}

const FETCHED = /^github\.com\/|\.git$/i;

function flagsOf(rest: string): { readonly flags: readonly string[]; readonly end: string } {
  const flags: string[] = [];
  let end = rest;
  for (let match = FLAG.exec(end); match !== null; match = FLAG.exec(end)) {
    flags.push(match[1] ?? '');
    end = end.slice(match[0].length);
  }
  return { flags, end };
}

/** Without signs that a reader of words takes away. */
const FLAG = /^(--[a-z-]+(?:=[^\s"'\\]*)?)[ \t]+/;
