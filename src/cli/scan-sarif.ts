import type { FileFinding, ScanReport } from './scan-report.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** The report as SARIF 2.1.0, for code hosts and editors. Holds nothing of what was found. */
export function reportSarif({ findings, unread }: ScanReport, version: string): string {
  const rules = [...new Set(findings.map(({ detectorId }) => detectorId))].toSorted((a, b) => (a < b ? -1 : 1));
  const run = {
    tool: {
      driver: {
        name: 'sallyport',
        version,
        rules: rules.map((id) => ({ id, shortDescription: { text: `Content that looks like ${nameOf(id)}` } })),
      },
    },
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: unread.length === 0,
        toolExecutionNotifications: unread.map(({ path, problem }) => ({
          level: 'error',
          message: { text: `not scanned to its end: ${problem}` },
          locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(path) } } }],
        })),
      },
    ],
    results: findings.map((finding) => result(finding, rules.indexOf(finding.detectorId))),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] })}\n`;
}

function result(finding: FileFinding, ruleIndex: number): object {
  const { detectorId, path, confidence } = finding;
  return {
    ruleId: detectorId,
    ruleIndex,
    level: detectorId.startsWith('secret/') ? 'error' : 'warning',
    message: { text: `This looks like ${nameOf(detectorId)} (confidence ${confidence.toFixed(2)}).` },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(path) }, region: regionOf(finding) } }],
    properties: { confidence },
  };
}

function regionOf({ form, start, end, startByte, endByte }: FileFinding): object {
  if (form === 'binary') return { byteOffset: startByte, byteLength: endByte - startByte };
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

/** `secret/aws-access-key` is said as: secret, aws access key. */
function nameOf(detectorId: string): string {
  return detectorId.replace('/', ', ').replaceAll('-', ' ');
}

/** A path as a URI reference: relative to where the scan ran, or from the root. */
function uriOf(path: string): string {
  const parts = path.split('/').map((part) => encodeURIComponent(part.toWellFormed()));
  const uri = parts.join('/');
  return path.startsWith('/') ? `file://${uri}` : uri;
}
