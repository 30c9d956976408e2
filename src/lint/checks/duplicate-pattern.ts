import { quoted } from '../../policy/index.ts';
import type { FieldPath } from '../../policy/index.ts';
import { RULE_FAMILIES } from '../lint-context.ts';
import { valueAt } from '../lint-document.ts';
import type { LintDocument } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';
import type { TextEdit } from '../lint-finding.ts';

/** Finds lists of names and patterns that hold one text twice, and takes the later one out. */
export function duplicatePatterns(document: LintDocument): readonly LintFault[] {
  return setLists(document).flatMap((path) => {
    const list = valueAt(document.document?.value, path);
    if (!Array.isArray(list)) return [];
    const firsts = new Map<unknown, number>();
    const faults: LintFault[] = [];
    for (const [index, text] of list.entries()) {
      const first = firsts.get(text);
      if (typeof text !== 'string') continue;
      if (first === undefined) {
        firsts.set(text, index);
        continue;
      }
      const edit = withoutItem(document, path, index);
      faults.push({
        code: 'lint/duplicate-pattern',
        document,
        path: [...path, index],
        message: `${quoted(text)} stands in this list already, at place ${first + 1}`,
        hint: edit === null ? 'take one of the two out' : 'take this one out; `--fix` does',
        ...(edit === null ? {} : { edits: [edit] }),
      });
    }
    return faults;
  });
}

/** Lists of texts that are sets: their order and number mean nothing. */
function setLists({ part }: LintDocument): readonly FieldPath[] {
  if (part === null) return [];
  const { written } = part;
  const paths: FieldPath[] = [
    ['models', 'allow'],
    ['models', 'deny'],
    ['git', 'protected_branches'],
  ];
  for (const family of RULE_FAMILIES) {
    for (const verdict of ['deny', 'ask', 'allow'] as const) {
      for (const index of written[family][verdict].keys()) {
        for (const list of ['run', 'unless', 'paths', 'except', 'hosts', 'tools'])
          paths.push([family, verdict, index, list]);
      }
    }
  }
  return paths;
}

/** The edit that takes one item and nothing else, or null where a comment or an odd layout stands in the way. */
function withoutItem(
  { document, source }: LintDocument,
  path: FieldPath,
  index: number,
): Omit<TextEdit, 'file'> | null {
  if (document === null || index === 0) return null;
  const { text } = source;
  const item = document.spanOf([...path, index]);
  const before = document.spanOf([...path, index - 1]);
  // `[a, a]`: from the end of the item in front, so that its comma goes as well.
  if (/^\s*,\s*$/.test(text.slice(before.end, item.start))) return { start: before.end, end: item.end, text: '' };
  const lineStart = text.lastIndexOf('\n', item.start - 1) + 1;
  const lineEnd = text.indexOf('\n', item.end);
  const end = lineEnd === -1 ? text.length : lineEnd + 1;
  const isOwnLine =
    /^[ \t]*-[ \t]+$/.test(text.slice(lineStart, item.start)) && text.slice(item.end, end).trim() === '';
  return isOwnLine ? { start: lineStart, end, text: '' } : null;
}
