import type { CaseResult } from './run-cases.ts';

/** One case file and what its cases came to. */
export interface Suite {
  readonly file: string;
  readonly results: readonly CaseResult[];
}

/** The results as a JUnit XML report, the form that CI systems read. Times are left out: a case takes microseconds. */
export function junitReport(suites: readonly Suite[]): string {
  const all = suites.flatMap(({ results }) => results);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${all.length}" failures="${failures(all)}">`,
  ];
  for (const { file, results } of suites) {
    lines.push(`  <testsuite name="${xml(file)}" tests="${results.length}" failures="${failures(results)}">`);
    for (const result of results) {
      const attributes = `classname="${xml(file)}" name="${xml(result.name)}" file="${xml(file)}" line="${result.line}"`;
      if (result.problem === null) lines.push(`    <testcase ${attributes}/>`);
      else {
        lines.push(
          `    <testcase ${attributes}>`,
          `      <failure message="${xml(result.problem)}">${xml(result.shown)}</failure>`,
          '    </testcase>',
        );
      }
    }
    lines.push('  </testsuite>');
  }
  return `${lines.join('\n')}\n</testsuites>\n`;
}

function failures(results: readonly CaseResult[]): number {
  return results.filter(({ problem }) => problem !== null).length;
}

/** XML 1.0 has no form at all for most control characters and lone surrogates: they become U+FFFD. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"\t\n\r]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
