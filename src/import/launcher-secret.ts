/** A reference that only the launcher of a session can follow. */
export interface LauncherSecret {
  /** As it was written. */
  readonly reference: string;
  /** The variable that stands for it. */
  readonly name: string;
}

const REFERENCE = /\$\{([^}]*)\}/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*(?::-.*)?$/s;

/** References that the client does not expand, such as `${ssm:/a/b}`, and the environment names that replace them. */
export function launcherSecrets(text: string): readonly LauncherSecret[] {
  return [...text.matchAll(REFERENCE)]
    .filter(([, inner = '']) => !VARIABLE.test(inner))
    .map(([reference, inner = '']) => ({ reference, name: variableName(inner) }));
}

/** A text with those references as environment variables, which the client fills in. */
export function referenced(text: string): string {
  const known = text.replaceAll(REFERENCE, (reference, inner: string) =>
    VARIABLE.test(inner) ? reference : `\${${variableName(inner)}}`,
  );
  // What is left of an opened reference would not be expanded, and a policy refuses it.
  return known.replaceAll(/\$\{(?![A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\})/g, '$ {');
}

/** The name of a variable for whatever a text names. */
export function variableName(inner: string): string {
  const name = inner
    .replace(/^[a-z]+:/i, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toUpperCase()
    .slice(-80);
  return /^[A-Z]/.test(name) ? name : `SECRET_${name || 'VALUE'}`;
}
