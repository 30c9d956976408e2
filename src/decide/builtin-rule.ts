import { ruleId } from '../core/ids.ts';

/** Rules that no policy has to write: what is decided where an action cannot be understood. */
export const BUILTIN_RULES = {
  canary: ruleId('liveness/canary'),
  internalError: ruleId('decide/internal-error'),
  unreadableAction: ruleId('decide/unreadable-action'),
  unreadableCommand: ruleId('decide/unreadable-command'),
  sandboxEscape: ruleId('decide/sandbox-escape'),
  unknownProgram: ruleId('decide/unknown-program'),
  unknownScript: ruleId('decide/unknown-script'),
  unknownWord: ruleId('decide/unknown-word'),
  unknownPath: ruleId('decide/unknown-path'),
  broadGlob: ruleId('decide/broad-glob'),
  recursiveRead: ruleId('decide/recursive-read'),
  inlineCode: ruleId('decide/inline-code'),
  sourcedFile: ruleId('decide/sourced-file'),
  savedDownload: ruleId('decide/saved-download'),
  protectedAdd: ruleId('decide/add-protected-file'),
  unreadableUrl: ruleId('web/unreadable-url'),
  commandDefault: ruleId('default/command'),
  readInside: ruleId('default/read-inside'),
  readOutside: ruleId('default/read-outside'),
  writeInside: ruleId('default/write-inside'),
  writeOutside: ruleId('default/write-outside'),
  web: ruleId('default/web'),
  mcp: ruleId('default/mcp'),
  tool: ruleId('default/tool'),
} as const;
