import { z } from 'zod';
import { ROLLOUT_MODES } from '../core/rule-table.ts';
import {
  commandPattern,
  hostPattern,
  MAX_PATTERNS,
  MAX_REASON_LENGTH,
  pathPattern,
  reasonOf,
  ruleIdText,
} from './rule-schema.ts';

/** Rules that one exception lifts. */
const MAX_LIFTS = 50;

const mode = z.enum(ROLLOUT_MODES);

export const rollout = z
  .strictObject({
    default: mode
      .default('enforce')
      .describe('Mode of the deny and ask rules that are not listed. Allow rules are always in force.'),
    rules: z
      .record(ruleIdText, mode)
      .default({})
      .describe('Modes by rule id. Only `enforce` decides; `warn` and `shadow` record what would have been.'),
  })
  .prefault({})
  .describe('How far rules are rolled out.');

const name = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,100}$/, 'a name here is letters, digits, `_` and `-`; an exception names each one');

const lift = z.strictObject({
  rule: ruleIdText.describe('The deny or ask rule that is lifted.'),
  run: z.array(commandPattern).min(1).max(MAX_PATTERNS).optional().describe('Commands, for a rule on commands.'),
  paths: z.array(pathPattern).min(1).max(MAX_PATTERNS).optional().describe('Paths, for a rule on files.'),
  hosts: z.array(hostPattern).min(1).max(MAX_PATTERNS).optional().describe('Hosts, for a rule on the web.'),
  server: name.optional().describe('A server, for a rule on MCP calls; stands with `tools`.'),
  tools: z.array(name).min(1).max(MAX_PATTERNS).optional().describe('Tools, for a rule on tools or MCP calls.'),
});

export const exception = z
  .strictObject({
    owner: z
      .string()
      .max(254)
      .regex(/^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/, 'an owner is an e-mail address')
      .describe('E-mail address of the person who answers for it.'),
    reason: reasonOf('Why it is needed. Developers are shown it.'),
    ticket: z
      .string()
      .min(1)
      .max(MAX_REASON_LENGTH)
      .regex(/^\S+$/, 'a ticket is one word or address')
      .describe('Where it was approved.'),
    expires: z
      .string()
      .regex(
        /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/,
        'an expiry is a date such as 2027-01-31, or a time with its zone such as 2027-01-31T18:00Z',
      )
      .describe('When it ends by itself; a date ends with its day in UTC.'),
    lifts: z.array(lift).min(1).max(MAX_LIFTS).describe('What it takes out of which rules.'),
  })
  .optional()
  .describe('Only in a document of the layer `exception`: takes named patterns out of named rules for a time.');
