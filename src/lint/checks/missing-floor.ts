import type { LintContext } from '../lint-context.ts';
import type { LintFault } from '../lint-fault.ts';
import { probeText, probed } from '../probe.ts';
import type { Probe } from '../probe.ts';

/** What no agent needs to read, and a pattern that takes it. */
const SECRETS: readonly { readonly path: string; readonly pattern: string }[] = [
  { path: '/workspace/.env', pattern: '**/.env' },
  { path: '/home/dev/.ssh/id_ed25519', pattern: '~/.ssh/**' },
  { path: '/home/dev/.aws/credentials', pattern: '~/.aws/**' },
  { path: '/home/dev/.netrc', pattern: '**/.netrc' },
  { path: '/home/dev/.kube/config', pattern: '~/.kube/**' },
  { path: '/workspace/certs/server.key', pattern: '**/*.{pem,key}' },
  { path: '/etc/shadow', pattern: '/etc/shadow' },
];

/** Files that decide what runs later, without anybody asking for it. */
const FOOTHOLDS: typeof SECRETS = [
  { path: '/workspace/.git/hooks/pre-commit', pattern: '**/.git/hooks/**' },
  { path: '/home/dev/.bashrc', pattern: '**/.bashrc' },
  { path: '/workspace/.claude/settings.json', pattern: '**/.claude/settings*.json' },
];

/** Finds well-known secrets that may be read and footholds that may be written, or that a question away. */
export function missingFloor(context: LintContext): readonly LintFault[] {
  return [...floor(context, 'read', SECRETS), ...floor(context, 'write', FOOTHOLDS)];
}

function floor({ index, base }: LintContext, kind: 'read' | 'write', files: typeof SECRETS): readonly LintFault[] {
  const open = files.flatMap(({ path, pattern }) => {
    const probe: Probe = { kind, path };
    const { verdict } = probed(index, probe);
    return verdict === 'deny'
      ? []
      : [{ text: `${probeText(probe)} (${verdict === 'ask' ? 'ask' : 'allow'})`, pattern, verdict }];
  });
  if (open.length === 0) return [];
  const isAllowed = open.some(({ verdict }) => verdict !== 'ask');
  return [
    {
      code: 'lint/missing-floor',
      // Writing is asked by default, and a question about such a file is one that is answered with care.
      severity: kind === 'read' || isAllowed ? 'warning' : 'note',
      document: base,
      path: ['name'],
      message: `nothing denies: ${open.map(({ text }) => text).join(', ')}`,
      hint: `add a rule to \`files.deny\` with \`access: ${kind}\` and ${open.map(({ pattern }) => `\`${pattern}\``).join(', ')}`,
    },
  ];
}
