import { formatImportDiagnostic, importDocuments } from '../../src/import/index.ts';
import { parsePolicy } from '../../src/policy/index.ts';
import { ruleReading } from '../../src/predict/index.ts';
import { DOCUMENTS } from '../../test/fixtures/import/documents.ts';
import { hasActing, promise } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { asBytes } from '../material.ts';

const WORDS = [
  ...'"permissions": "deny": "ask": "allow": "hooks": "env": "mcpServers": "sandbox": "defaultMode": "model":'.split(
    ' ',
  ),
  ...'"Bash(git push *)" "Read(~/.ssh/**)" "WebFetch(domain:*.x)" "mcp__a__*" "Bash(a:*)" "**" "//etc" "{a,b}" "\\ud800"'.split(
    ' ',
  ),
  ...'{} [] null true 0 1e999 "__proto__": , : // /* */ \n \u202e'.split(' '),
];

export const settingsEntry: FuzzEntry = {
  name: 'settings',
  about: 'any bytes as settings of the client: a policy that parses, or none with an error; each line harmless',
  maxBytes: 64 * 1024,
  most: { baseMs: 500, msPerMb: 40_000 },
  open(): OpenEntry {
    return {
      seeds: asBytes([...DOCUMENTS.map(({ text }) => text), '{}', '{"permissions":{}}']),
      words: asBytes(WORDS),
      run(input, watch) {
        const sources = [{ file: 'settings.json', bytes: input }];
        const result = watch.time(() => importDocuments(sources, { name: 'imported', readRule: ruleReading }));
        const { policy, diagnostics } = result;
        const isError = diagnostics.some(({ severity }) => severity === 'error');
        promise((policy === null) === isError, 'a policy is made though there is an error, or none and none is told');
        if (policy !== null) promise(parsePolicy(policy.text).ok, 'the policy that is made does not parse');
        for (const each of diagnostics) {
          promise(each.line >= 1 && each.column >= 1, `${each.code}: its place is none`);
          promise(
            !hasActing(formatImportDiagnostic(each).replaceAll('\n', '')),
            `${each.code}: it holds what acts on a terminal`,
          );
        }
        return [...new Set(diagnostics.map(({ code }) => code))].join(' ');
      },
    };
  },
};
