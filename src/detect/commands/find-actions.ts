import type { RiskView } from './risk-view.ts';

/** Tests and actions of `find` that take the next word as their value. */
const TAKES_VALUE =
  /^-(?:i?name|i?path|i?wholename|i?regex|i?lname|type|xtype|size|[acm]time|[acm]min|newer\w*|anewer|cnewer|perm|user|uid|group|gid|maxdepth|mindepth|fstype|inum|links|samefile|regextype|used|printf|fprintf|fprint0?|fls|context|files0-from|D)$/;

/** The actions and tests of a call of `find`, without the values of others. */
export function findWords(view: RiskView): readonly { readonly name: string; readonly value: string }[] {
  const found: { name: string; value: string }[] = [];
  for (let at = 0; at < view.words.length; at += 1) {
    const name = view.words[at] ?? '';
    if (!name.startsWith('-')) continue;
    const takesValue = TAKES_VALUE.test(name);
    found.push({ name, value: takesValue ? (view.words[at + 1] ?? '') : '' });
    if (takesValue) at += 1;
  }
  return found;
}

/** Whether `find` deletes what it finds. */
export function deletesFoundFiles(view: RiskView): boolean {
  return findWords(view).some(({ name }) => name === '-delete');
}

/** Whether `find` looks for files that lend the rights of their owner. */
export function looksForLentRights(view: RiskView): boolean {
  return findWords(view).some(
    ({ name, value }) => name === '-perm' && /^[-/+]?(?:[0-7]?[2467][0-7]{3}$|[ugoa]*[=+][rwx]*s)/.test(value),
  );
}
