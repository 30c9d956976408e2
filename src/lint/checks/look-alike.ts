import { lookAlikeIn } from '../../policy/index.ts';
import type { FieldPath } from '../../policy/index.ts';
import { visitTexts } from '../lint-document.ts';
import type { LintDocument } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';

/**
 * Finds letters of other scripts in what starts a program or names a host outside of the rules: addresses of models,
 * collectors and servers, commands of servers, owners. In the rules they are refused when the policy is read.
 */
export function lookAlikeNames(document: LintDocument): readonly LintFault[] {
  const faults: LintFault[] = [];
  visitTexts(document.document?.value, (text, path) => {
    if (!isName(path)) return;
    for (const [word] of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
      const found = lookAlikeIn(word);
      if (found === null) continue;
      const code = found.letter.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
      const message = `\`${found.letter}\` (U+${code}) is not the letter \`${found.latin}\` that it looks like`;
      faults.push({ code: 'lint/look-alike', document, path, message, hint: 'type the word anew, in Latin letters' });
      return;
    }
  });
  return faults;
}

function isName(path: FieldPath): boolean {
  const last = path.at(-1);
  if (path[0] === 'providers') return last === 'upstream';
  if (path[0] === 'gateway') return path[1] === 'fallbacks' || last === 'otlp';
  if (path[0] === 'exception') return last === 'owner';
  return path[0] === 'mcp' && path[1] === 'servers' && path.length === 4 && (last === 'command' || last === 'url');
}
