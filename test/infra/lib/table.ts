/** One thing that a run told: a test that ended, or a figure that a test gave by `t.diagnostic('infra: WHAT = N')`. */
export type InfraLine =
  | { readonly kind: 'test'; readonly file: string; readonly name: string; readonly outcome: 'ran' | 'failed' }
  | {
      readonly kind: 'test';
      readonly file: string;
      readonly name: string;
      readonly outcome: 'skipped';
      readonly reason: string;
    }
  | { readonly kind: 'figure'; readonly file: string; readonly what: string; readonly value: string };

/** One file of tests in the table. */
export interface InfraRow {
  readonly tier: number;
  /** What the file is about, after its name: `tier2-terraform.test.ts` is about `terraform`. */
  readonly check: string;
  readonly ran: number;
  readonly skipped: number;
  readonly failed: number;
}

/** What `npm run test:infra` tells at its end. */
export interface InfraTable {
  readonly rows: readonly InfraRow[];
  /** Figures in the order told; numbers told for the same thing are added up. */
  readonly figures: readonly { readonly tier: number; readonly what: string; readonly value: string }[];
  /** Why tests were skipped, and how many. */
  readonly skips: readonly { readonly tier: number; readonly reason: string; readonly tests: number }[];
  readonly failures: readonly { readonly tier: number; readonly check: string; readonly name: string }[];
}

/** What an event of the test runner says, as far as the table wants it: null for everything else. */
export function infraLine(event: { readonly type: string; readonly data: unknown }): InfraLine | null {
  if (typeof event.data !== 'object' || event.data === null) return null;
  const told = event.data as {
    readonly file?: string;
    readonly name?: string;
    readonly message?: string;
    readonly skip?: string | boolean;
    readonly details?: { readonly type?: string };
  };
  const file = /\/(test\/infra\/tier\d[^/]*\.test\.ts)$/u.exec(`/${told.file ?? ''}`)?.[1];
  const { name = '', message = '', skip } = told;
  // A group counts by its tests, but for one that is skipped as a whole: its tests tell nothing.
  const isGroup = told.details?.type === 'suite' && (skip === undefined || skip === false);
  if (file === undefined || isGroup) return null;
  switch (event.type) {
    case 'test:pass':
      if (skip === undefined || skip === false) return { kind: 'test', file, name, outcome: 'ran' };
      return { kind: 'test', file, name, outcome: 'skipped', reason: skip === true ? 'no reason given' : skip };
    case 'test:fail':
      return { kind: 'test', file, name, outcome: 'failed' };
    case 'test:diagnostic': {
      const [, what, value] = /^infra: (.+?) = (.+)$/u.exec(message) ?? [];
      return what === undefined || value === undefined ? null : { kind: 'figure', file, what, value };
    }
    default:
      return null;
  }
}

/** Puts the lines of a run together. Files that told nothing at all are listed with nothing run: a file that vanishes is seen. */
export function infraTable(lines: readonly InfraLine[], files: readonly string[]): InfraTable {
  const all = [...new Set([...files.filter((file) => TIER.test(file)), ...lines.map(({ file }) => file)])].sort();
  const tests = lines.flatMap((line) => (line.kind === 'test' ? [line] : []));
  const count = (file: string, outcome: string): number =>
    tests.filter((line) => line.file === file && line.outcome === outcome).length;
  const figures = new Map<string, { tier: number; what: string; value: string }>();
  for (const line of lines) {
    if (line.kind !== 'figure') continue;
    const { what, value } = line;
    const before = figures.get(what)?.value;
    const sum = Number(before) + Number(value);
    figures.set(what, { tier: tierOf(line.file), what, value: Number.isNaN(sum) ? value : String(sum) });
  }
  const skips = new Map<string, { tier: number; reason: string; tests: number }>();
  for (const line of tests) {
    if (line.outcome !== 'skipped') continue;
    const { reason } = line;
    const tier = tierOf(line.file);
    skips.set(`${tier} ${reason}`, { tier, reason, tests: (skips.get(`${tier} ${reason}`)?.tests ?? 0) + 1 });
  }
  return {
    rows: all.map((file) => ({
      tier: tierOf(file),
      check: checkOf(file),
      ran: count(file, 'ran'),
      skipped: count(file, 'skipped'),
      failed: count(file, 'failed'),
    })),
    figures: [...figures.values()],
    skips: [...skips.values()],
    failures: tests
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ file, name }) => ({ tier: tierOf(file), check: checkOf(file), name })),
  };
}

/** The table as people read it. */
export function tableText({ rows, figures, skips, failures }: InfraTable): string {
  const cells = [
    ['tier', 'check', 'ran', 'skipped', 'failed'],
    ...rows.map(({ tier, check, ran, skipped, failed }) => [
      String(tier),
      check,
      ...[ran, skipped, failed].map(String),
    ]),
    [
      '',
      'all',
      ...(['ran', 'skipped', 'failed'] as const).map((key) => String(rows.reduce((sum, row) => sum + row[key], 0))),
    ],
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return [
    'AWS deployment',
    ...lines,
    ...figures.map(({ tier, what, value }) => `tier ${tier}: ${what}: ${value}`),
    ...skips.map(({ tier, reason, tests }) => `tier ${tier}: ${tests} skipped: ${reason}`),
    ...failures.map(({ tier, check, name }) => `tier ${tier}: ${check} failed: ${name}`),
    '',
  ].join('\n');
}

const TIER = /(?:^|\/)tier(\d)-?([^/]*)\.test\.ts$/u;

function tierOf(file: string): number {
  return Number(TIER.exec(file)?.[1] ?? 0);
}

function checkOf(file: string): string {
  return (TIER.exec(file)?.[2] ?? '').replaceAll('-', ' ');
}
