import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, stringField } from '../core/json.ts';

/** The version that `package.json` states. */
export function packageVersion(root: string): string {
  const value: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return (isJsonObject(value) ? stringField(value, 'version') : null) ?? '0.0.0';
}
