import { z } from 'zod';
import { CONTENT_ACTIONS, INJECTION_ACTIONS } from '../core/content-rules.ts';
import { ENGINE_KINDS, ENGINE_PLACES, FAILURE_POLICIES } from '../core/engine-kind.ts';

/**
 * Most milliseconds that the engines of one text take together: the guard answers within 3 s, its record and our own
 * detectors included.
 */
export const MAX_ENGINES_MS = 2_400;

const MAX_ENGINES = 8;
const MAX_LISTS = 200;
const MAX_LIST_WORDS = 20_000;
const MAX_ALLOWED = 20_000;

const action = z.enum(CONTENT_ACTIONS).optional();

const allowed = z
  .strictObject({
    salt: z
      .string()
      .regex(/^(?:[0-9a-f]{2}){16,64}$/, 'a salt is 32 to 128 hex digits')
      .describe('What the hashes are keyed with, in hex.'),
    hashes: z
      .array(z.string().regex(/^[0-9a-f]{64}$/, 'a hash is 64 hex digits'))
      .max(MAX_ALLOWED)
      .describe('HMAC-SHA-256 of each value, in hex.'),
  })
  .optional()
  .describe(
    'Values that were reviewed and may pass, as `sallyport scan --allow` writes them: hashes, never the values.',
  );

export const dlp = z
  .strictObject({
    secret: action.describe('Credentials.'),
    personal: action.describe('Data about people.'),
    company: action.describe("The company's own words and numbers, as `company` lists them."),
    allowed,
  })
  .optional()
  .describe(
    'What is done with text that should not leave. `alert` records it. `mask` sends the model a token in its place, and ' +
      'the true text stands again in what comes back from it. `redact` takes it out of results of tools for good, and ' +
      'refuses a prompt with such text. `block` refuses such a prompt, holds such results back whole and denies tools that ' +
      'are given such text. With each of these three a call is denied of which it is not known that the text stays on the ' +
      'machine.',
  );

export const injection = z
  .strictObject({
    on_finding: z
      .enum(INJECTION_ACTIONS)
      .optional()
      .describe(
        'What follows a suspicious instruction. `alert` records it, `ask` also tells the model and the developer, `deny` ' +
          'holds the result or the prompt back that has it.',
      ),
    taint: z
      .literal([true, false, 'any-untrusted'])
      .default(false)
      .describe(
        'Whether a session that read such text is asked before what reaches out, destroys or reads secrets; with ' +
          '`on_finding: deny` it is denied. `any-untrusted`: also one that read any web page, MCP result or issue.',
      ),
  })
  .optional()
  .describe('Instructions hidden in what the agent reads.');

const listName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'a name is lower-case letters, digits and hyphens, at most 60 of them');

export const company = z
  .strictObject({
    words: z
      .record(listName, z.array(z.string().max(200)).min(1).max(MAX_LIST_WORDS))
      .refine((lists) => Object.keys(lists).length <= MAX_LISTS, `at most ${MAX_LISTS} lists`)
      .default({})
      .describe('Lists of words by name: code names, customers. Found in any case, also as parts of identifiers.'),
    patterns: z
      .record(listName, z.string().min(1).max(500))
      .default({})
      .describe('Patterns by name, in the syntax of RE2 without anchors: numbers of customers or contracts.'),
  })
  .prefault({})
  .describe('What a company calls its own. What is done with it stands at `dlp.company`; findings are `company/NAME`.');

export const engines = z
  .array(
    z.strictObject({
      name: z
        .string()
        .regex(
          /^[a-z][a-z0-9-]{0,39}$/,
          'a name is a letter and then lower-case letters, digits and hyphens, at most 40 in all',
        )
        .describe('Name of the engine, as records quote it.'),
      kind: z.enum(ENGINE_KINDS).describe('What it is.'),
      command: z
        .array(z.string().min(1).max(1_000))
        .min(1)
        .max(20)
        .optional()
        .describe(
          'The program and words before our own, for `gitleaks`, `betterleaks` and `trufflehog`. Left out: its own name.',
        ),
      url: z
        .string()
        .max(2_000)
        .optional()
        .describe('Address of the service, for `presidio`, `llm-guard` and `lakera`.'),
      key_env: z
        .string()
        .regex(/^[A-Z_][A-Z0-9_]{0,63}$/, 'a variable is named by capital letters, digits and `_`')
        .optional()
        .describe("Variable of the daemon's environment that holds the key of the service."),
      verify: z
        .boolean()
        .default(false)
        .describe('Whether `trufflehog` tries what it finds at the providers. This sends secrets out.'),
      at: z
        .array(z.enum(ENGINE_PLACES))
        .min(1)
        .max(3)
        .default(['prompt', 'tool-result'])
        .describe('Which texts it is asked about.'),
      order: z
        .int()
        .min(0)
        .max(9)
        .default(0)
        .describe('Engines of lower order are asked first, those of one order at the same time.'),
      on_failure: z
        .enum(FAILURE_POLICIES)
        .default('deny')
        .describe(
          'Without its answer: nothing passes, or what our own detectors say stands alone. Recorded in any case.',
        ),
      timeout_ms: z.int().min(50).max(MAX_ENGINES_MS).default(2_000).describe('Milliseconds that it has to answer.'),
      max_concurrent: z.int().min(1).max(16).default(2).describe('Texts that it is given at one time.'),
      max_input_kb: z
        .int()
        .min(1)
        .max(8_192)
        .default(1_024)
        .describe('Larger texts are not given to it, which counts as a failure.'),
    }),
  )
  .max(MAX_ENGINES)
  .default([])
  .describe('Scanners outside of Sallyport that are asked beside its own detectors.');
