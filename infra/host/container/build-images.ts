import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TakenImage } from './containerfile.ts';
import type { Podman } from './podman.ts';

/** What a build has of its images before it starts. */
export interface ImagesWanted {
  /** The value of `--pull`, `missing` where it was not given. */
  readonly pull: string;
  /** The value of `--platform`; null: this machine's own. */
  readonly platform: string | null;
}

/** The id in the store, which names nothing else, or why there is none. */
export type ImageId = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly why: string };

/**
 * Brings an image into the store and tells its id. An image that has instructions for those who build upon it is refused as a base: they
 * are run as if they stood in the file, mounts and all, and nobody has looked at them.
 */
export function idOfImage(image: TakenImage, wanted: ImagesWanted, podman: Podman): ImageId {
  const platform = image.platform ?? wanted.platform;
  // Which platform an image of the store is for is not asked: the registry knows.
  const isAsked = wanted.pull === 'never' || (wanted.pull === 'missing' && platform === null);
  const words = ['pull', '--quiet', ...(platform === null ? [] : [`--platform=${platform}`]), '--', image.name];
  const found =
    (isAsked ? podman.ask(['image', 'inspect', '--format', '{{.Id}}', '--', image.name]) : null) ??
    (wanted.pull === 'never' ? null : podman.ask(words, true));
  const id = /^(?:sha256:)?([0-9a-f]{64})$/.exec(found?.trim() ?? '')?.[1];
  if (id === undefined) return { ok: false, why: `there is no image \`${image.name}\` in the store or its registry` };
  return image.isBase ? asBase(id, image.name, podman) : { ok: true, id };
}

function asBase(id: string, name: string, podman: Podman): ImageId {
  const store = podman.ask(['info', '--format', '{{.Store.GraphRoot}}\n{{.Store.GraphDriverName}}'])?.split('\n') ?? [];
  const [root = '', driver = ''] = store;
  // Podman tells all of an image's configuration but this, so it is read from where its store keeps it.
  const folder = join(root, `${driver}-images`, id);
  const triggers = triggersIn(folder);
  if (triggers === null) return { ok: false, why: `the configuration of \`${name}\` cannot be read below ${folder}` };
  return triggers.length === 0
    ? { ok: true, id }
    : { ok: false, why: `\`${name}\` has \`ONBUILD\` instructions, which are not looked at; build upon another image` };
}

/** Of each configuration there, null where there is none: by its digest, which is the image's id in most stores only. */
function triggersIn(folder: string): readonly unknown[] | null {
  try {
    const configurations = readdirSync(folder).filter((name) => CONFIGURATION.test(keyOf(name)));
    if (configurations.length === 0) return null;
    return configurations
      .flatMap((name) => valuesAt(JSON.parse(readFileSync(join(folder, name), 'utf8')), ['config', 'onbuild']))
      .flatMap((value) => (Array.isArray(value) ? value : value === null ? [] : [value]));
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return null;
    throw error;
  }
}

const CONFIGURATION = /^sha256:[0-9a-f]{64}$/;

/** The store writes a key that is no plain name as `=` and its base64. */
function keyOf(file: string): string {
  return file.startsWith('=') ? Buffer.from(file.slice(1), 'base64').toString('utf8') : file;
}

/** Go reads the names of JSON in any case. */
function valuesAt(value: unknown, [key, ...rest]: readonly string[]): readonly unknown[] {
  if (key === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .filter(([name]) => name.toLowerCase() === key)
    .flatMap(([, inner]) => valuesAt(inner, rest));
}
