import type { Json, JsonObject } from '../core/json.ts';
import type { DiagnosticCode } from '../policy/index.ts';
import { DIAGNOSTIC_CODES } from '../policy/index.ts';
import { LINT_CODES } from './lint-code.ts';
import type { LintCode } from './lint-code.ts';
import type { LintFinding } from './lint-finding.ts';
import { READING_TITLES } from './reading-titles.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** What a SARIF log says about the tool and the files. */
export interface SarifTool {
  readonly version: string;
  /** The address of a document: relative to the folder of the run, or absolute; already escaped. */
  readonly uriOf: (file: string) => string;
}

/**
 * Writes findings as a log of SARIF 2.1.0, for code hosts and editors. Rule ids are the codes, in a fixed order. Holds
 * no text of the policy but what messages quote. Pure; the same findings give the same bytes.
 */
export function sarifLog(findings: readonly LintFinding[], { version, uriOf }: SarifTool): JsonObject {
  const codes: readonly (LintCode | DiagnosticCode)[] = [
    ...DIAGNOSTIC_CODES,
    ...(Object.keys(LINT_CODES) as LintCode[]),
  ];
  const indexOf = new Map<string, number>(codes.map((code, index) => [code, index]));
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Sallyport', version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, indexOf.get(finding.code) ?? -1, uriOf)),
      },
    ],
  };
}

function ruleOf(code: LintCode | DiagnosticCode): JsonObject {
  const isLint = isLintCode(code);
  const title = isLint ? LINT_CODES[code].title : READING_TITLES[code];
  const anchor = code.replace('/', '');
  return {
    id: code,
    name: nameOf(code),
    shortDescription: { text: `${title}.` },
    help: { text: `${title}. See docs/lint.md#${anchor} of Sallyport.` },
    defaultConfiguration: { level: isLint ? LINT_CODES[code].severity : 'error' },
  };
}

function isLintCode(code: LintCode | DiagnosticCode): code is LintCode {
  return code in LINT_CODES;
}

/** `lint/never-matches` as SARIF wants names: `LintNeverMatches`. */
function nameOf(code: string): string {
  return code
    .split(/[/-]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

function resultOf(finding: LintFinding, ruleIndex: number, uriOf: SarifTool['uriOf']): JsonObject {
  const { code, severity, file, message, hint, path } = finding;
  const location: Json = {
    physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: regionOf(finding) },
    ...(path === '' ? {} : { logicalLocations: [{ fullyQualifiedName: path }] }),
  };
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: hint === null ? `${message}.` : `${message}.\n${hint}.` },
    locations: [location],
  };
}

function regionOf({ line, column, endLine, endColumn }: LintFinding): JsonObject {
  return { startLine: line, startColumn: column, endLine, endColumn };
}
