/** How much a finding weighs. An error keeps the policy from passing the check; a warning does so where that is asked for. */
export type LintSeverity = 'error' | 'warning' | 'note';

/** What a code stands for, as machines and people are told. */
export interface LintCodeText {
  /** What most findings of this code weigh; a single one can weigh less or more. */
  readonly severity: LintSeverity;
  /** One sentence, without a final period. */
  readonly title: string;
}

/** What the lint finds beyond what reading a policy finds. Stable; `docs/lint.md` has a section for each. */
export const LINT_CODES = {
  'lint/never-matches': { severity: 'warning', title: 'A pattern that no call can have' },
  'lint/word-position': { severity: 'warning', title: 'A word that is looked for at one place only' },
  'lint/shadowed': { severity: 'warning', title: 'A pattern that decides nothing, because others say as much' },
  'lint/duplicate-pattern': { severity: 'warning', title: 'A list that holds one entry twice' },
  'lint/allow-swallowed': { severity: 'warning', title: 'An allow pattern wholly inside of what is refused or asked' },
  'lint/known-bypass': { severity: 'warning', title: 'Another spelling gets past a rule that restricts' },
  'lint/relative-path': { severity: 'warning', title: 'A path that starts elsewhere than it was meant to' },
  'lint/multi-tenant-host': { severity: 'warning', title: 'A host pattern that many parties share' },
  'lint/secret-in-policy': { severity: 'error', title: 'A credential in the text of the policy' },
  'lint/ownerless-exception': { severity: 'warning', title: 'An exception that nobody in person answers for' },
  'lint/client-ignores': { severity: 'warning', title: 'Something that the client does not hold by itself' },
  'lint/guard-only': { severity: 'note', title: 'A rule that neither the client nor its sandbox holds' },
  'lint/timeout-milliseconds': { severity: 'warning', title: 'A number that looks like another unit of time' },
  'lint/look-alike': { severity: 'warning', title: 'A letter of another script in the name of a program or a host' },
  'lint/lifts-nothing': { severity: 'warning', title: 'An exception whose own command stays refused' },
  'lint/contradiction': { severity: 'warning', title: 'Two parts of the policy that cannot both be meant' },
  'lint/broad-allow': { severity: 'warning', title: 'An allow that stands for more than its name says' },
  'lint/missing-floor': { severity: 'warning', title: 'Nothing keeps the agent from well-known secrets' },
  'lint/short-retention': {
    severity: 'warning',
    title: 'A required archive that keeps records for less than seven years',
  },
  'lint/shared-store': {
    severity: 'warning',
    title: 'A store in AWS that is no machine’s own, or where the modules refuse it',
  },
  'lint/deployment-refuses': { severity: 'warning', title: 'Something that no network in AWS is built from' },
  'lint/not-held': { severity: 'warning', title: 'A field that nothing holds in this version' },
  'lint/not-analysed': { severity: 'note', title: 'A part of the policy that was too large to compare' },
} as const satisfies Readonly<Record<string, LintCodeText>>;
export type LintCode = keyof typeof LINT_CODES;
