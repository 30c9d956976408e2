import { z } from 'zod';
import { exception, rollout } from './rollout-schema.ts';
import { commandRules, fileRules, mcpRuleLists, toolRules, webRules } from './rule-schema.ts';
import { company, dlp, engines, injection } from './content-schema.ts';
import { audit } from './audit-schema.ts';
import { gateway } from './gateway-schema.ts';
import { containers, egress, git, models, providers, shell } from './section-schema.ts';

/** Shapes of the machine that the agent runs on; the compiler differs with it, the rules do not. */
export const SHAPES = ['workstation', 'ec2', 'container'] as const;

/** Documents of a policy in the order in which they are laid over each other. */
export const LAYERS = ['base', 'team', 'host', 'exception'] as const;
export type Layer = (typeof LAYERS)[number];

/** Lowest client version that the shipped policy and its tests were measured with. */
export const DEFAULT_CLIENT_VERSION = '2.1.329';

/** One week. */
const MAX_SESSION_MINUTES = 10_080;

const minutes = z.int().min(1).max(MAX_SESSION_MINUTES);
const verdict = z.enum(['deny', 'ask', 'allow']);
// What nothing is known about is never plainly allowed: such a default could not be told from having no policy.
const cautiousVerdict = z.enum(['deny', 'ask']);

const client = z
  .strictObject({
    minimum_version: z
      .string()
      .regex(/^(?:0|[1-9]\d{0,4})(?:\.(?:0|[1-9]\d{0,4})){2}$/, 'a version is three numbers, such as 2.1.329')
      .default(DEFAULT_CLIENT_VERSION)
      .describe('Oldest version of the coding agent that may start.'),
  })
  .prefault({})
  .describe('The coding agent itself.');

/**
 * A person works in several terminals and worktrees at once; this many leaves them room, and still bounds what a script
 * gone wild, or whoever took over an account, can start.
 */
const DEFAULT_MAX_CONCURRENT = 8;

/** A meal long: who comes back from one goes on. It is also the most that AWS takes for its sessions. */
const DEFAULT_IDLE_MINUTES = 60;

const session = z
  .strictObject({
    max_duration_minutes: minutes
      .default(480)
      .describe('Minutes after which a session ends. Time in which the machine sleeps counts.'),
    idle_timeout_minutes: minutes
      .default(DEFAULT_IDLE_MINUTES)
      .describe('Minutes without hook event and model call after which a session ends; a tool that runs is no rest.'),
    max_concurrent: z
      .int()
      .min(1)
      .max(64)
      .default(DEFAULT_MAX_CONCURRENT)
      .describe('Sessions of one person at one time.'),
    reauthenticate_for_sensitive_operations: z
      .boolean()
      .default(true)
      .describe(
        'Whether the person proves who they are again before what a rule asks for. Nothing holds this in this version.',
      ),
    transcript_days: z
      .int()
      .min(1)
      .max(365)
      .default(1)
      .describe("Days that the client's own transcripts are kept on disk."),
  })
  .prefault({})
  .describe('Limits of one governed session.');

const sandbox = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe(
        'Whether commands run inside the operating-system sandbox. Without one, reading whole folders is asked.',
      ),
  })
  .prefault({})
  .describe('The operating-system sandbox around shell commands.');

const defaults = z
  .strictObject({
    command: cautiousVerdict.default('ask').describe('A command that no rule matches.'),
    read_inside: verdict.default('ask').describe('Reading a file inside the workspace.'),
    read_outside: verdict.default('ask').describe('Reading a file outside of the workspace.'),
    write_inside: verdict.default('ask').describe('Writing a file inside the workspace.'),
    write_outside: verdict.default('ask').describe('Writing a file outside of the workspace.'),
    web: cautiousVerdict.default('ask').describe('Fetching from a host.'),
    mcp: cautiousVerdict.default('deny').describe('A call to an MCP server.'),
    tool: cautiousVerdict.default('ask').describe("One of the client's own tools."),
    inline_code: cautiousVerdict
      .default('ask')
      .describe('Program text given to an interpreter on its command line, whatever else allows it.'),
  })
  .prefault({})
  .describe('What holds where no rule matches.');

const text = z
  .string()
  .max(4_000)
  .regex(/^[^\0\r\n]*$/, 'a value here is one line');
const commandServer = z.strictObject({
  command: text.min(1).describe('Program that is started as the server.'),
  args: z.array(text).max(100).default([]).describe('Its arguments.'),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'an environment name is letters, digits and `_`'), text)
    .default({})
    .describe(
      'Environment of the server. Name secrets as `${NAME}`: everyone on the machine can read the compiled file.',
    ),
});
const urlServer = z.strictObject({
  url: text.min(1).describe('Where the server answers: an `https` URL, or `http` to this machine.'),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'a header name is letters, digits and `-`'), text)
    .default({})
    .describe('Headers sent with each request. Name secrets as `${NAME}`.'),
});

const mcp = z
  .strictObject({
    servers: z
      .record(
        z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'a server name is letters, digits, `_` and `-`, at most 64 of them'),
        z.union([commandServer, urlServer]),
      )
      .default({})
      .describe('The only MCP servers that the client starts, by name: either `command` or `url`.'),
    ...mcpRuleLists,
  })
  .prefault({})
  .describe('MCP servers and the calls to their tools.');

/** A policy as it is written. `docs/policy.md` and `schema/policy.schema.json` are made from it. */
export const policySchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format.'),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name is lower-case letters, digits and hyphens, at most 63 of them')
      .describe('Name of the policy, as records quote it.'),
    layer: z
      .enum(LAYERS)
      .default('base')
      .describe('Which part of the policy this document is. A later layer only restricts; an exception lifts.'),
    shape: z.enum(SHAPES).default('workstation').describe('Kind of machine that the agent runs on.'),
    client,
    providers,
    models,
    commands: commandRules,
    files: fileRules,
    web: webRules,
    tools: toolRules,
    mcp,
    containers,
    git,
    egress,
    dlp,
    injection,
    company,
    engines,
    gateway,
    session,
    audit,
    shell,
    sandbox,
    defaults,
    rollout,
    exception,
    $schema: z.string().max(2_000).optional().describe('Where editors find the JSON Schema of this format.'),
  })
  .meta({ title: 'Sallyport policy', description: 'What a coding agent may do, and where.' });

/** A policy as it is written, with every default filled in. */
export type WrittenPolicy = z.output<typeof policySchema>;
