import { formatDiagnostic, parsePolicyBytes } from '../../src/policy/index.ts';
import { hasActing, promise } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { asBytes, ownPolicies } from '../material.ts';

const WORDS = [
  ...'commands: files: network: mcp: deny: allow: ask: rules: version: name: shape: dlp: defaults: run: hosts: read: write:'.split(
    ' ',
  ),
  ...'*a &a <<: !!js/function !!binary - [ ] { } | > ? : # "" null ~ true 1e400 0x1f 2026-01-01 .inf "**" "/**" "{a,b}" __proto__'.split(
    ' ',
  ),
  '\n',
  '\n  ',
  '\n  - ',
  '---\n',
  '%YAML 1.1\n',
  '\u202e',
  '\u0430',
];

export const policyEntry: FuzzEntry = {
  name: 'policy',
  about: 'any bytes as a policy: taken or refused with places in the text, each diagnostic one harmless line',
  maxBytes: 64 * 1024,
  most: { baseMs: 400, msPerMb: 40_000 },
  open(): OpenEntry {
    return {
      seeds: asBytes([...ownPolicies(), 'version: 1\nname: x\n', '{"version":1,"name":"x"}', '']),
      words: asBytes(WORDS),
      run(input, watch) {
        const result = watch.time(() => parsePolicyBytes(input));
        const diagnostics = result.ok ? result.warnings : result.diagnostics;
        promise(result.ok || diagnostics.length > 0, 'a policy is refused without a word');
        const lines = Buffer.from(input)
          .toString('utf8')
          .split(/\r\n|\r|\n/).length;
        for (const each of diagnostics) {
          promise(each.line >= 1 && each.column >= 1 && each.line <= lines + 1, `${each.code}: its place is none`);
          const text = `${each.message}${each.hint ?? ''}${each.path}`;
          promise(!hasActing(text), `${each.code}: it holds what acts on a terminal`);
          promise(formatDiagnostic(each, 'policy.yaml', '').length > 0, `${each.code}: it cannot be printed`);
        }
        return `${result.ok} ${[...new Set(diagnostics.map(({ code, path }) => `${code} ${path.replaceAll(/\d+/g, '')}`))].slice(0, 4).join(' ')}`;
      },
    };
  },
};
