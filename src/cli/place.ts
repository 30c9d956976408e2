import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { packageRoot } from '../bin/package-root.ts';
import { readIfThere, statePaths } from '../bin/state-folder.ts';
import type { StatePaths } from '../bin/state-folder.ts';
import { KEPT_VARIABLES } from '../compile/index.ts';
import type { CREDENTIAL_VARIABLES } from '../compile/index.ts';
import type { ModelCredentials } from '../core/control.ts';

/** The state folder that this process's environment names. */
export function ownPaths(): StatePaths {
  return statePaths(process.env, homedir());
}

/**
 * The documents of the policy named on the command line, files or folders; else the user's own where there is one, else
 * the one of the package.
 */
export function policyFiles(given: readonly string[] = []): readonly string[] {
  if (given.length > 0) return given.map((path) => resolve(path));
  const own = ownPaths().policy;
  return [readIfThere(own) === null ? join(packageRoot(), 'policies', 'default.yaml') : own];
}

/** Reads an option that may be given several times: for commander. */
export function eachGiven(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** The values of an environment that a session pins, see {@link KEPT_VARIABLES}. */
export function keptEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(KEPT_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** None: what a daemon is told that goes to the model with its own. */
export const NO_CREDENTIALS: ModelCredentials = {
  anthropicApiKey: null,
  anthropicAuthToken: null,
  awsAccessKeyId: null,
  awsSecretAccessKey: null,
  awsSessionToken: null,
  awsProfile: null,
  awsBearerToken: null,
  googleAccessToken: null,
  googleCredentialsFile: null,
};

/** The credentials for the model provider in this process's environment. */
export function ownCredentials(): ModelCredentials {
  const given = (name: (typeof CREDENTIAL_VARIABLES)[number]): string | null => {
    const value = process.env[name];
    return value === undefined || value === '' ? null : value;
  };
  return {
    anthropicApiKey: given('ANTHROPIC_API_KEY'),
    anthropicAuthToken: given('ANTHROPIC_AUTH_TOKEN'),
    awsAccessKeyId: given('AWS_ACCESS_KEY_ID'),
    awsSecretAccessKey: given('AWS_SECRET_ACCESS_KEY'),
    awsSessionToken: given('AWS_SESSION_TOKEN'),
    awsProfile: given('AWS_PROFILE'),
    awsBearerToken: given('AWS_BEARER_TOKEN_BEDROCK'),
    googleAccessToken: given('GOOGLE_OAUTH_ACCESS_TOKEN'),
    googleCredentialsFile: given('GOOGLE_APPLICATION_CREDENTIALS'),
  };
}
