import type { Checked } from './flag-values.ts';

/**
 * Words that podman reads as a way to somewhere else when they stand in front of the first colon: `dir:x` is a folder of the machine,
 * `oci-archive:x` a file, also where it writes. `docker` is none of them, because it needs two slashes and is an image of its own.
 */
const TRANSPORTS = new Set([
  'atomic',
  'containers-storage',
  'dir',
  'docker-archive',
  'docker-daemon',
  'http',
  'https',
  'oci',
  'oci-archive',
  'ostree',
  'sif',
  'tarball',
]);

const NAME = /^[A-Za-z0-9][\w.-]*(?::\d{1,5}(?=\/))?(?:\/[\w.-]+)*(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** A name in a registry or in the store, never a place of the machine; to read from and to write to. */
export function imageName(name: string): Checked {
  const [front = ''] = name.split(':', 1);
  const isName = NAME.test(name) && !(name.includes(':') && TRANSPORTS.has(front));
  return isName ? { ok: true, word: name } : { ok: false, why: `\`${name}\` is no image of a registry` };
}
