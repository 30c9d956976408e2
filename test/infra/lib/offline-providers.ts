import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isBody, readConfiguration } from './hcl.ts';

/** What an example's own provider blocks say that still holds where nothing may be asked: which one, where, and its tags. */
const KEPT = ['alias', 'region', 'default_tags'] as const;

/**
 * Replaces the provider blocks of a copy of an example: mock credentials, no question to STS or to the metadata service, no role
 * to assume. With an emulator, which `AWS_ENDPOINT_URL` names, roles are assumed: by them it tells the accounts apart.
 */
export async function setOfflineProviders(cwd: string, { emulator = false } = {}): Promise<void> {
  const { provider } = await readConfiguration(cwd);
  for (const name of globSync('*.tf', { cwd })) {
    const file = join(cwd, name);
    const text = readFileSync(file, 'utf8');
    // `terraform fmt` is checked elsewhere: a block of the top level ends with a brace in the first column.
    writeFileSync(file, text.replaceAll(/^provider "aws" \{(?:\}|[\s\S]*?^\})\n?/gmu, ''));
  }
  const blocks = (provider['aws'] ?? [{}]).map((block) => ({
    ...Object.fromEntries(
      (emulator ? [...KEPT, 'assume_role'] : KEPT).flatMap((key) =>
        block[key] === undefined ? [] : [[key, block[key]]],
      ),
    ),
    access_key: 'mock',
    secret_key: 'mock',
    skip_credentials_validation: true,
    skip_metadata_api_check: 'true',
    skip_region_validation: true,
    skip_requesting_account_id: !emulator,
    s3_use_path_style: emulator,
  }));
  writeFileSync(join(cwd, 'offline-providers.tf.json'), JSON.stringify({ provider: { aws: blocks } }));
}

/**
 * Gives the copy of a module the providers that it wants from its caller under names of its own.
 *
 * @returns what takes them away again.
 */
export async function giveAliases(cwd: string): Promise<() => void> {
  const { terraform } = await readConfiguration(cwd);
  const aliases = terraform
    .flatMap((one) => one['required_providers'] ?? [])
    .flatMap((wanted) => (isBody(wanted) && isBody(wanted['aws']) ? wanted['aws']['configuration_aliases'] : []))
    .flatMap((alias) => /^\$\{aws\.([\w-]+)\}$/u.exec(String(alias))?.[1] ?? []);
  const file = join(cwd, 'given-providers.tf.json');
  const blocks = [undefined, ...aliases].map((alias) => ({
    ...(alias === undefined ? {} : { alias }),
    region: 'eu-central-1',
  }));
  if (aliases.length > 0) writeFileSync(file, JSON.stringify({ provider: { aws: blocks } }));
  return () => rmSync(file, { force: true });
}
