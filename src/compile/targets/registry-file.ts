import type { TargetFile } from './target.ts';

/** A file that the registry editor of Windows imports: strings under one key, in the order in which they are given. */
export function registryFile(
  name: string,
  key: string,
  values: readonly (readonly [name: string, value: string])[],
): TargetFile {
  const lines = [
    'Windows Registry Editor Version 5.00',
    '',
    `[${key}]`,
    ...values.map(([value, text]) => `"${value}"=${quoted(text)}`),
    '',
  ];
  return { name, place: `${key}, imported into a group policy`, text: lines.join('\r\n'), encoding: 'utf-16le' };
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
