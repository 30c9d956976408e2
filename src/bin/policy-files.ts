import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyInvalid } from '../core/error.ts';
import { MAX_LAYER_DOCUMENTS, MAX_POLICY_BYTES } from '../policy/index.ts';
import type { LayerSource } from '../policy/index.ts';

/**
 * Reads the documents of a policy: of a folder all its `*.yaml`, `*.yml` and `*.json` files but case files, by name and not below
 * it. Of a file that is larger than any policy only so much that its size can be told.
 *
 * @param paths absolute.
 * @throws {PolicyInvalid} where one cannot be read, or a folder has none.
 */
export function readPolicyFiles(paths: readonly string[]): readonly LayerSource[] {
  const files = paths.flatMap(filesAt);
  // What is refused for its number is not read first.
  return files.slice(0, MAX_LAYER_DOCUMENTS + 1).map((file) => ({ file, bytes: readBounded(file) }));
}

function filesAt(path: string): readonly string[] {
  return attempt(path, () => {
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path)
      .filter((name) => /^[^.].*\.(?:yaml|yml|json)$/.test(name) && !/\.cases\.[a-z]+$/.test(name))
      .sort()
      .map((name) => join(path, name))
      .filter((file) => statSync(file).isFile());
    if (files.length > 0) return files;
    throw new PolicyInvalid(`the folder \`${path}\` holds no policy`, { hint: 'its documents end in .yaml or .json' });
  });
}

function readBounded(file: string): Buffer {
  return attempt(file, () => {
    const descriptor = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(MAX_POLICY_BYTES + 1);
      let length = 0;
      while (length < buffer.length) {
        const read = readSync(descriptor, buffer, length, buffer.length - length, null);
        if (read === 0) break;
        length += read;
      }
      return buffer.subarray(0, length);
    } finally {
      closeSync(descriptor);
    }
  });
}

function attempt<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof PolicyInvalid) throw cause;
    throw new PolicyInvalid(`the policy file \`${path}\` cannot be read`, {
      cause,
      hint: 'check the path and its rights',
    });
  }
}
