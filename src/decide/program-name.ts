import { MARK } from './shell-word.ts';

/**
 * The name by which rules know a program: the last part of its path. Null where it is not known before it runs.
 */
export function programName(text: string): string | null {
  // Zsh: `=curl` is the path of curl.
  const spelled = text.startsWith('=') && text.length > 1 ? text.slice(1) : text;
  const name = spelled.slice(spelled.lastIndexOf('/') + 1);
  return MARK.test(name) || name === '' ? null : name;
}
