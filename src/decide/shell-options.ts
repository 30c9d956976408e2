/** What `set -o` takes in bash: no other shell's globs are among them, nor `posix`, by which programs read their options in another way. */
const OPTIONS =
  /^(?:allexport|braceexpand|emacs|errexit|errtrace|functrace|hashall|histexpand|history|ignoreeof|interactive-?comments|keyword|monitor|no(?:clobber|exec|glob|log|unset)|notify|onecmd|physical|pipefail|privileged|verbose|vi|xtrace)$/;

/** Whether an option that `-o` names is one by which a shell still reads words as they are read here. */
export function isPosixOption(name: string): boolean {
  return OPTIONS.test(name.toLowerCase().replaceAll('_', ''));
}

/** Whether letters behind a dash are options of `set` in bash. */
export function arePosixLetters(word: string): boolean {
  return /^[-+][abefhkmnptuvxBCEHPTo]*$/.test(word);
}
