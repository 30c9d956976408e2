import { expandHome, resolvePath } from './path-rule.ts';
import type { LineCommand } from './shell-reading.ts';
import { unwrapped } from './wrappers.ts';

/** Where a removal takes place. */
export interface RemovalScene {
  readonly cwd: string;
  readonly home: string;
}

/**
 * The target that makes the client stop a removal in every mode, or null: the root, what lies directly in it, the home
 * folder, the working directory and those above it, all that lies in one of them, or a folder that only a variable names.
 */
export function dangerousTarget(commands: readonly LineCommand[], scene: RemovalScene): string | null {
  for (const command of commands)
    for (const words of unwrapped(command.words, 'deny')) {
      const [name, ...rest] = words;
      const program = name?.value.replace(/^\/(?:usr\/)?bin\//, '');
      if (program !== 'rm' && program !== 'rmdir') continue;
      const isRecursive = rest.some((word) => /^-[a-zA-Z]*[rR]|^--recursive$/.test(word.value));
      for (const word of rest) {
        if (word.value.startsWith('-')) continue;
        if (word.isDynamic) {
          if (isRecursive && /^["]?(?:\$\(|`)/.test(word.text)) return word.text;
          if (/^"?\$\{?\w+\}?"?\/\*?$/.test(word.text)) return word.text;
        } else if (isGuarded(word.value, scene)) return word.value;
      }
    }
  return null;
}

function isGuarded(target: string, scene: RemovalScene): boolean {
  const path = expandHome(target, scene.home);
  if (path === '*') return true;
  const folder = path.endsWith('/*') ? path.slice(0, -2) || '/' : path;
  const resolved = resolvePath(folder, scene.cwd);
  const depth = resolved.split('/').filter((name) => name !== '').length;
  return depth <= 1 || resolved === scene.home || resolved === scene.cwd || scene.cwd.startsWith(`${resolved}/`);
}
