import type { LineCommand } from './shell-reading.ts';

/** Variables that may be set in front of a command that is allowed. */
const HARMLESS = new Set(
  'NODE_ENV LANG LANGUAGE LC_ALL LC_CTYPE LC_TIME CHARSET TZ NO_COLOR TERM COLORTERM FORCE_COLOR CLICOLOR CLICOLOR_FORCE RUST_LOG RUST_BACKTRACE GOOS GOARCH GOEXPERIMENT CGO_ENABLED GO111MODULE CI PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTEST_DISABLE_PLUGIN_AUTOLOAD PYTEST_DEBUG LS_COLORS LSCOLORS GREP_COLOR GREP_COLORS GCC_COLORS TIME_STYLE BLOCK_SIZE BLOCKSIZE ANTHROPIC_API_KEY'.split(
    ' ',
  ),
);

/** Whether the variables in front of a command keep an allow rule from meaning it. */
export function hasHarmfulVariable(command: LineCommand): boolean {
  return command.assignments.some(({ name, text }) => !HARMLESS.has(name) || !/^\w+=[\w./:@%+-]*$/.test(text));
}
