import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { contextOf } from './iam.ts';
import type { Document, IamDecision, IamRequest } from './iam.ts';

const LIMIT_MS = 120_000;
const FOLDER = process.env['SALLYPORT_IAM_SIMULATOR'];

/** What a test that needs the other simulator of IAM is given as `skip`. */
export const SKIP_WITHOUT_SIMULATOR: string | false =
  (FOLDER === undefined || !existsSync(join(FOLDER, 'run.mjs'))) &&
  'SALLYPORT_IAM_SIMULATOR names no folder: scripts/install-iam-simulator.sh makes one';

/** What the other simulator says, or that it takes the request for one that AWS does not know. */
export type Simulated = IamDecision['decision'] | 'no such request';

/** Lets the other simulator judge requests, as a program of its own. One answer for each, in order. */
export function simulate(
  requests: readonly IamRequest[],
): readonly { readonly answer: Simulated; readonly told: string }[] {
  if (FOLDER === undefined) throw new TypeError('the simulator is not there');
  const ended = spawnSync(process.execPath, [join(FOLDER, 'run.mjs')], {
    input: requests.map((request) => JSON.stringify(simulation(request))).join('\n'),
    encoding: 'utf8',
    timeout: LIMIT_MS,
    env: {},
    maxBuffer: 64 * 1024 * 1024,
  });
  if (ended.status !== 0) throw new Error(`the simulator ended with ${ended.status}: ${ended.stderr.slice(-2_000)}`);
  return ended.stdout
    .trim()
    .split('\n')
    .map((line) => ({ answer: readAnswer(line), told: line.slice(0, 500) }));
}

const WORDS: Readonly<Record<string, Simulated>> = {
  Allowed: 'allowed',
  ImplicitlyDenied: 'implicitly denied',
  ExplicitlyDenied: 'explicitly denied',
};

function readAnswer(line: string): Simulated {
  const answer = JSON.parse(line) as { readonly result?: string };
  return WORDS[answer.result ?? ''] ?? 'no such request';
}

function simulation(request: IamRequest): unknown {
  const context = contextOf(request);
  return {
    request: {
      principal: request.principal,
      action: request.action,
      resource: {
        resource: request.resource,
        accountId: context['aws:ResourceAccount'] ?? context['aws:PrincipalAccount'] ?? '111122223333',
      },
      contextVariables: context,
    },
    identityPolicies: named(request.identity ?? []),
    serviceControlPolicies: beside(EVERYTHING, request.scps ?? []),
    resourceControlPolicies: (request.rcps ?? []).length === 0 ? [] : beside(null, request.rcps ?? []),
    ...(request.resourcePolicy === undefined ? {} : { resourcePolicy: read(request.resourcePolicy) }),
    ...(request.boundary === undefined ? {} : { permissionBoundaryPolicies: named([request.boundary]) }),
    ...(request.sessionPolicy === undefined ? {} : { sessionPolicy: read(request.sessionPolicy) }),
    ...(request.endpointPolicy === undefined ? {} : { vpcEndpointPolicies: named([request.endpointPolicy]) }),
  };
}

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

function beside(always: Document, documents: readonly Document[]): unknown {
  const all = always === null ? documents : [always, ...documents];
  return [{ orgIdentifier: 'r-root', policies: named(all) }];
}

function named(documents: readonly Document[]): readonly unknown[] {
  return documents.map((document, at) => ({ name: `document-${at}`, policy: read(document) }));
}

function read(document: Document): unknown {
  return typeof document === 'string' ? JSON.parse(document) : document;
}
