import type { OperandClass } from '../core/command-pattern.ts';
import type { PathPlaces } from '../core/path-pattern-match.ts';
import type { OperandClasses } from './command-match.ts';
import type { ShapedWord } from './command-shape.ts';
import { locate, walkedPaths } from './locate-path.ts';
import { FOLDERS, GLOB_ONE, GLOB_RUN, LISTED, MARK, UNKNOWN, hasGlob, hasUnknown } from './shell-word.ts';
import { readHttpUrl } from './web-index.ts';
import type { WebIndex } from './web-index.ts';
import { bestOf, both } from './word-match.ts';
import type { Match } from './word-match.ts';

/** The classes of a command's operands, for a command that runs in one of `folders`. */
export function operandClasses(
  folders: readonly string[] | null,
  places: PathPlaces,
  web: WebIndex,
  realPath: ((path: string) => string) | undefined,
): OperandClasses {
  const classes: OperandClasses = {
    match(name, operands) {
      if (name === 'any') return operands.length > 0 ? 'yes' : 'no';
      if (name === 'allowed-url') return allowedUrls(operands);
      if (name === 'other-url' && operands.length > 0) return allowedUrls(operands) === 'yes' ? 'no' : 'yes';
      return bestOf(operands, (operand) => classes.matchValue(name, operand.word.text));
    },
    matchValue(name, text) {
      return matchText(name, text);
    },
  };
  return classes;

  function matchText(name: OperandClass, text: string): Match {
    switch (name) {
      case 'any':
        return 'yes';
      case 'dynamic':
        return hasUnknown(text) ? 'yes' : 'no';
      case 'url':
        return hasUnknown(text) ? 'maybe' : isUrl(text) ? 'yes' : 'no';
      case 'allowed-url':
        return isAllowedUrl(text) ? 'yes' : 'no';
      case 'other-url':
        return isAllowedUrl(text) ? 'no' : 'yes';
      case 'outside':
        return outside(text, true);
      case 'elsewhere':
        return outside(text, false);
      case 'inside':
        return { yes: 'no', no: 'yes', maybe: 'maybe' }[outside(text, true)] as Match;
    }
  }

  function allowedUrls(operands: readonly ShapedWord[]): Match {
    if (operands.length === 0) return 'no';
    let match: Match = 'yes';
    for (const operand of operands) match = both(match, isAllowedUrl(operand.word.text) ? 'yes' : 'no');
    return match;
  }

  function isAllowedUrl(text: string): boolean {
    // The `?` of a query is a glob to the shell; whatever it finds begins like the URL itself.
    const written = /^https?:\/\/[^/]+\//.test(text) ? text.replaceAll(GLOB_ONE, '?').replaceAll(GLOB_RUN, '*') : text;
    return isAllowedWritten(written);
  }

  function isAllowedWritten(text: string): boolean {
    // Curl expands braces and brackets in URLs by itself.
    if (MARK.test(text) || /[{}[\]]/.test(text)) return false;
    // Curl and the URL standard disagree on backslashes, user names and fragments: only what both read alike is taken.
    const spelled = /^[A-Za-z][\w+.-]*:\/\//.test(text) ? text : `http://${text}`;
    if (!/^https?:\/\/[A-Za-z\d.-]+(?::\d+)?(?:\/[^\\\s]*)?$/i.test(spelled)) return false;
    const url = readHttpUrl(spelled);
    return url !== null && web.ruleOn(url.hostname)?.verdict === 'allow';
  }

  /** Whether a path is the workspace itself, above it or beside it. Of the scratch folder `/tmp`, what is in it is inside. */
  function outside(value: string, countsWorkspace: boolean): Match {
    // `-v /etc:/x`: the path ends at the colon.
    const text = value.includes(':') ? value.slice(0, value.indexOf(':')) : value;
    if (text === '') return 'no';
    const located = locate(text, folders);
    // What `find` prints without a test on names begins with the start folder itself.
    const start = new RegExp(`^(.*)/${FOLDERS}/${UNKNOWN}${GLOB_RUN}$`, 's').exec(text)?.[1];
    if (start !== undefined && outside(start === '' ? '/' : start, countsWorkspace) !== 'no') return 'yes';
    const paths =
      realPath === undefined ? located.paths : [...located.paths, ...walkedPaths(text, folders).map(realPath)];
    if (located.isAdrift && !text.includes(FOLDERS)) return 'maybe';
    if (paths.some((path) => isOutside(path, places) && (countsWorkspace || path !== places.workspace)))
      return hasUnknown(text) && !hasGlob(text) ? 'maybe' : 'yes';
    return text.includes(LISTED) || (hasUnknown(text) && !text.includes(FOLDERS)) ? 'maybe' : 'no';
  }
}

function isUrl(text: string): boolean {
  return /^[A-Za-z][\w+.-]*:\/\//.test(text) || /^[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:\/|$)/.test(text);
}

function isOutside(path: string, { workspace, homeDir }: PathPlaces): boolean {
  if (path.startsWith(`${workspace}/`)) return false;
  const isScratch = /^\/(?:private\/)?(?:var\/)?tmp\/./.test(path);
  // A workspace or a home below /tmp does not make its own parents scratch.
  return !isScratch || [workspace, homeDir].some((place) => place === path || place.startsWith(`${path}/`));
}
