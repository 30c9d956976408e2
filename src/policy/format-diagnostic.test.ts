import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic } from './diagnostic.ts';
import { formatDiagnostic } from './format-diagnostic.ts';

const FAULT: Diagnostic = {
  code: 'policy/unknown-field',
  severity: 'error',
  message: '`shap` is no field of a policy',
  hint: 'did you mean `shape`?',
  line: 2,
  column: 1,
  path: 'shap',
};
const HEAD = 'p.yaml:2:1: error: `shap` is no field of a policy [policy/unknown-field]';
const HINT = '  hint: did you mean `shape`?';

for (const { name, fault, text, want } of [
  {
    name: 'the caret stands under the fault',
    fault: FAULT,
    text: 'version: 1\nshap: ec2\nname: x\n',
    want: [HEAD, '  2 | shap: ec2', '    | ^', HINT],
  },
  {
    name: 'a byte order mark and CRLF move nothing',
    fault: { ...FAULT, line: 1, column: 3, hint: null },
    text: '\uFEFF{ shap: 1 }\r\n',
    want: [
      'p.yaml:1:3: error: `shap` is no field of a policy [policy/unknown-field]',
      '  1 | { shap: 1 }',
      '    |   ^',
    ],
  },
  {
    name: 'tabs in front of the fault are kept under it',
    fault: { ...FAULT, column: 4 },
    text: '\n\t\t{shap: 1}\n',
    want: [HEAD.replace('2:1', '2:4'), '  2 | \t\t{shap: 1}', '    | \t\t ^', HINT],
  },
  {
    name: 'a line that is not there is not shown',
    fault: FAULT,
    text: 'version: 1',
    want: [HEAD, HINT],
  },
  {
    name: 'what steers a terminal is not passed on',
    fault: FAULT,
    text: '\nshap: \u001b[2K\u202e\n',
    want: [HEAD, '  2 | shap: \uFFFD[2K\uFFFD', '    | ^', HINT],
  },
  {
    name: 'values given to MCP servers are not shown: they can be credentials',
    fault: { ...FAULT, path: 'mcp.servers.tracker.env' },
    text: '\nshap: hunter2\n',
    want: [HEAD, HINT],
  },
]) {
  test(name, () => assert.equal(formatDiagnostic(fault, 'p.yaml', text), want.join('\n')));
}

test('of a long line the part around the fault is shown', () => {
  const text = `\n${'a'.repeat(500)}X${'b'.repeat(500)}\n`;
  const [, shown, caret] = formatDiagnostic({ ...FAULT, column: 501 }, 'p', text).split('\n');
  assert.equal(shown, `  2 | …${'a'.repeat(50)}X${'b'.repeat(49)}…`);
  assert.equal(caret?.indexOf('^'), shown.indexOf('X'));
});

test('the end of a long line is shown up to its end', () => {
  const [, shown, caret] = formatDiagnostic({ ...FAULT, column: 300 }, 'p', `\n${'a'.repeat(299)}X\n`).split('\n');
  assert.equal(shown, `  2 | …${'a'.repeat(99)}X`);
  assert.equal(caret?.indexOf('^'), shown.indexOf('X'));
});
