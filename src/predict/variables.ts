import type { LineCommand } from './shell-reading.ts';

/** Variables that may be set in front of a command that is allowed. */
const HARMLESS = new Set(
  'NODE_ENV LANG LANGUAGE LC_ALL LC_CTYPE LC_TIME CHARSET TZ NO_COLOR TERM COLORTERM FORCE_COLOR CLICOLOR CLICOLOR_FORCE RUST_LOG RUST_BACKTRACE GOOS GOARCH GOEXPERIMENT CGO_ENABLED GO111MODULE CI PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTEST_DISABLE_PLUGIN_AUTOLOAD PYTEST_DEBUG LS_COLORS LSCOLORS GREP_COLOR GREP_COLORS GCC_COLORS TIME_STYLE BLOCK_SIZE BLOCKSIZE ANTHROPIC_API_KEY'.split(
    ' ',
  ),
);

/** Values that the client takes for a name of a locale. */
const LOCALE = /^(?:C|POSIX|[a-z]{2,3}(?:_[A-Z]{2})?)(?:\.[\w-]+)?(?:@\w+)?$/;
const LOCALE_VARIABLE = /^(?:LANG|LANGUAGE|LC_\w+)$/;
/** Variables that change what later commands of the line are, or that the shell gives a meaning of its own. */
const STEERING = new Set(
  'PATH HOME IFS CDPATH LD_PRELOAD LD_LIBRARY_PATH BASH_ENV ENV SHELL LANG GLOBIGNORE PWD OLDPWD TMPDIR TMP TEMP USER UID HISTFILE EXECIGNORE'.split(
    ' ',
  ),
);

/** Whether a variable that is set for the rest of the line makes the client ask. */
export function isSteering(name: string): boolean {
  return STEERING.has(name) || LOCALE_VARIABLE.test(name);
}

/** Whether the variables in front of a command keep an allow rule from meaning it. */
export function hasHarmfulVariable(command: LineCommand): boolean {
  return command.assignments.some(({ name, text }) => {
    const value = text.slice(name.length + 1);
    if (!HARMLESS.has(name) || !/^[\w./:@%+-]*$/.test(value)) return true;
    return LOCALE_VARIABLE.test(name) && !LOCALE.test(value);
  });
}
