import { z } from 'zod';
import { hostPattern, reasonOf } from './rule-schema.ts';

/** How requests to Bedrock prove who sends them. */
export const UPSTREAM_AUTHS = ['sigv4', 'aws-identity'] as const;

/** Hosts in `egress.hosts`. */
const MAX_HOSTS = 500;
/** One day. */
const MAX_COMMAND_MINUTES = 1_440;

const verdict = z.enum(['deny', 'ask', 'allow']);

const upstreamField = z
  .string()
  .max(2_000)
  .meta({ format: 'uri' })
  .optional()
  .describe(
    'Where the gateway sends model requests: an `https` URL, or `http` to this machine. ' +
      "Left out: the provider's own address.",
  );

export const providers = z
  .strictObject({
    use: z.enum(['anthropic', 'bedrock', 'vertex']).default('anthropic').describe('Who serves the models.'),
    anthropic: z
      .strictObject({ upstream: upstreamField })
      .prefault({})
      .describe("Anthropic's own service, or a gateway that speaks as it does."),
    bedrock: z
      .strictObject({
        region: z
          .string()
          .regex(/^[a-z]{2}(?:-[a-z]{1,10}){1,2}-\d{1,2}$/, 'an AWS region looks like us-east-1')
          .default('us-east-1')
          .describe('AWS region of the models.'),
        upstream: upstreamField,
        upstream_auth: z
          .enum(UPSTREAM_AUTHS)
          .default('sigv4')
          .describe(
            'How a request proves who sends it. `sigv4`: it is signed for Bedrock. `aws-identity`: `upstream` is a central ' +
              'gateway of Sallyport, which gets a proof of the AWS role of this machine and signs for Bedrock itself.',
          ),
      })
      .prefault({})
      .describe('Amazon Bedrock.'),
    vertex: z
      .strictObject({
        project: z
          .string()
          .regex(/^[a-z0-9][a-z0-9.:-]{0,127}$/, 'a project is named by its id, such as my-project-1')
          .optional()
          .describe('Id of the Google Cloud project that pays. Requests that name another go nowhere.'),
        region: z
          .string()
          .regex(
            /^(?:global|us|eu|[a-z]{2,20}-[a-z]{2,20}\d{1,2})$/,
            'a region looks like us-east5, or is global, us or eu',
          )
          .default('us-east5')
          .describe('Location of the models. Requests that name another go nowhere.'),
        upstream: upstreamField,
      })
      .prefault({})
      .describe('Vertex AI of Google Cloud.'),
  })
  .prefault({})
  .describe('Where model requests go. Nothing else is reached as a model.');

const modelGlobs = z
  .array(
    z
      .string()
      .regex(/^[A-Za-z0-9*][A-Za-z0-9*._:/@-]{0,199}$/, 'a model is named by letters, digits, `.-_:/@` and `*`'),
  )
  .max(200)
  .default([]);

export const models = z
  .strictObject({
    allow: modelGlobs.describe('Models that may be used, such as `claude-opus-*`; empty: all that `deny` leaves.'),
    deny: modelGlobs.describe('Models that may not be used, whatever `allow` says.'),
  })
  .prefault({})
  .describe('Which models a session may use.');

/** Branches that `git` protects where it is written and names none. */
export const DEFAULT_PROTECTED_BRANCHES = ['main', 'master', 'production', 'release', 'release/*'] as const;

export const git = z
  .strictObject({
    protected_branches: z
      .array(z.string().regex(/^[A-Za-z0-9._*-][A-Za-z0-9._/*-]{0,99}$/, 'a branch is letters, digits, `._-/` and `*`'))
      .max(50)
      .default([...DEFAULT_PROTECTED_BRANCHES])
      .describe('Branches that are not pushed to; `*` is any text. Makes the rule `git/protected-branch`.'),
    pull_request_only: z
      .boolean()
      .default(true)
      .describe('Whether pushing to a protected branch is refused; else a person must confirm it.'),
    force_push: verdict
      .default('deny')
      .describe('Pushing that rewrites or deletes history on a remote. Makes the rule `git/force-push`.'),
    skip_checks: verdict
      .default('deny')
      .describe('Switching hooks and checks of the repository off. Makes the rule `git/skip-checks`.'),
  })
  .optional()
  .describe('Version control. Left out: no rules are made; where it is written, each field has its default.');

export const containers = z
  .strictObject({
    privileged: verdict.default('deny').describe('Containers with all rights, or without their confinement.'),
    host_mounts: verdict.default('deny').describe('Folders of the machine inside a container, and mounting at all.'),
    host_namespaces: verdict
      .default('deny')
      .describe('Processes, network or users of the machine seen from a container; container runtimes by hand.'),
    capabilities: verdict.default('deny').describe('Rights of the kernel added to a container; kernel modules.'),
    devices: verdict.default('deny').describe('Devices of the machine inside a container.'),
    limits: z
      .strictObject({
        memory_mb: z.int().min(16).max(16_777_216).optional().describe('Memory of a container, in MiB.'),
        cpus: z.number().min(0.1).max(1_024).optional().describe('Processors of a container.'),
        pids: z.int().min(1).max(4_194_304).optional().describe('Processes of a container.'),
      })
      .prefault({})
      .describe('What a container of the shape `container` may use up.'),
  })
  .optional()
  .describe(
    'What containers may reach. What is denied makes the rule `container/escape`, what is asked `container/escape-ask`. ' +
      'Left out: no rules are made; where it is written, each field has its default.',
  );

export const egress = z
  .strictObject({
    hosts: z
      .array(
        z.strictObject({
          host: hostPattern.describe('A host, or `*.` and a domain for the hosts below it.'),
          ports: z
            .array(z.int().min(1).max(65_535))
            .min(1)
            .max(20)
            .default([443])
            .describe('Ports of it that may be reached.'),
          reason: reasonOf('Why it is reached.'),
          accepted_risk: reasonOf(
            'Needed for a name that many parties share, such as `*.amazonaws.com`: why it is reached all the same.',
          ).optional(),
        }),
      )
      .max(MAX_HOSTS)
      .default([])
      .describe('Hosts that commands may reach. There is no other list.'),
  })
  .prefault({})
  .describe('What leaves the machine.');

export const shell = z
  .strictObject({
    keep_history: z
      .boolean()
      .default(true)
      .describe('Whether switching the shell history off is refused. Makes the rule `shell/history`.'),
    umask: z
      .string()
      .regex(/^[0-7]{3}$/, "a umask is three octal digits in quotes, such as '027'")
      .optional()
      .describe('Rights that new files do not get, as three octal digits.'),
    timeout_minutes: z
      .int()
      .min(1)
      .max(MAX_COMMAND_MINUTES)
      .optional()
      .describe('Minutes without input after which a shell ends.'),
  })
  .optional()
  .describe('The shell of a session. Left out: no rule is made.');
