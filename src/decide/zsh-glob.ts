/** Qualifiers of zsh that only choose files or sort them. */
const CHOOSING = String.raw`(?:[/F.@=p*%rwxAIERWXsStUG^MTNDn,-]|%[bc]|[oO][a-zA-Z]|Y\d+|[aLmcdl][a-zA-Z]*[-+]?\d+|\[[^\]]*\]|[fug](?:[-+=?]?[\d?]+|[[{<][^\]}>]*[\]}>]))*`;
/** What runs a command or puts a word in front of each file, between any two characters: `e.cmd.`, `P,word,`. */
const ACTING = new RegExp(String.raw`^${CHOOSING}(?:[oO]?e|P)(.).*\1`, 's');
/** The same wherever it stands, where the characters around are none that names of files have: `e{cmd}`, `+cmd`. */
const PLAINLY_ACTING = /\+\w|[eP](?:[[{<]|[^\0-\x7f]|([!-+/:-@\\^`{}~]).*\1)/s;

/**
 * Whether `*(...)` holds no pattern to zsh, but something to do for each file. In `!(...)` and its like that would take a file of the
 * name `!`: only what is plain counts there, so that `!(*.test.ts)` is a pattern.
 */
export function hasZshQualifier(glob: string): boolean {
  if (glob.includes('|')) return false;
  return PLAINLY_ACTING.test(glob) || (/^[*?]\(/.test(glob) && ACTING.test(glob.slice(2, -1)));
}
