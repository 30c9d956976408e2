import { StoreFailed } from '../../core/error.ts';

/** The system's code of an error, such as `ENOSPC`; null where it has none. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** The failure that an error of the file system comes to, or of a store in a folder, with the folder's name before it. */
export function folderFailure(error: unknown, place: string, key: string): StoreFailed {
  const options = { cause: error };
  if (error instanceof StoreFailed) {
    if (error.message.startsWith(place)) return error;
    const hint = error.hint === null ? {} : { hint: error.hint };
    return new StoreFailed(error.code, `${place}: ${error.message}`, { ...options, ...hint });
  }
  const code = systemCode(error) ?? (error instanceof Error ? error.name : 'unknown');
  const text = `${place}: \`${key}\`:`;
  switch (code) {
    case 'ELOOP':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ENXIO':
      return new StoreFailed('STORE_REFUSED', `${text} is no plain file in plain folders (${code})`, options);
    case 'EACCES':
    case 'EPERM':
      return new StoreFailed('STORE_DENIED', `${text} the system does not let this user (${code})`, options);
    default:
      return new StoreFailed('STORE_UNREACHABLE', `${text} the file system failed (${code})`, options);
  }
}
