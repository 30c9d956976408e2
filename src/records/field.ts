import { z } from 'zod';

/** SHA-256 in lower-case hex. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/);

/** A session of this program: `ses_` and 26 characters. */
export const sessionId = z.string().regex(/^ses_[0-9a-hjkmnp-tv-z]{26}$/);

/** A count, or a size in bytes: a whole number from 0. */
export const count = z.int().nonnegative();

/** Milliseconds since the Unix epoch. */
export const timeMs = z.int();

/** Position of another record of the same log. */
export const recordIndex = z.int().nonnegative();

/** Names a rule or a detector: `family/name`. */
export const ruleName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}\/[a-z0-9][a-z0-9-]{0,59}$/);

/** One of a fixed set of words, which grows: readers must bear a word that they do not know. */
export const word = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/);

/** Text that another program gave, cut to this many UTF-16 code units. */
export const text = z.string().max(1024);

/** An identifier that another program gave. Longer ones than any service uses are cut by whoever writes the record. */
export const foreignId = z.string();

/** A sentence for people, made by this program. */
export const sentence = z.string();

export const verdict = z.enum(['deny', 'ask', 'rewrite', 'allow']);

/** How often each of some names came up. */
export const counts = z.record(z.string(), count);

/** How one outside scanner fared with a text. */
export const engineReport = z.strictObject({
  engine: sentence,
  outcome: z.enum(['ran', 'skipped', 'failed']),
  reason: sentence.nullable(),
  findings: count,
  tookMs: z.number(),
});
