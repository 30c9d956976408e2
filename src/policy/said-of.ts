import { formatDiagnostic } from './format-diagnostic.ts';
import { parsePolicy } from './parse-policy.ts';

/**
 * For tests: what a person is told about a policy text, without source lines: `line:col: severity: message [code]` and
 * the hints. Lists of classes, which grow, are shown as `CLASSES`.
 */
export function saidOf(text: string): string {
  const result = parsePolicy(text);
  return (result.ok ? result.warnings : result.diagnostics)
    .map((one) => formatDiagnostic(one, '', '').slice(1))
    .join('\n')
    .replaceAll(/there are <[^\n]*> \[/g, 'there are CLASSES [');
}
