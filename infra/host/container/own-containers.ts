import { insideWorkspace, WORKSPACE_LABEL } from './flag-values.ts';
import type { Checked, Place } from './flag-values.ts';
import type { Podman } from './podman.ts';

interface Container {
  readonly label: unknown;
  /** Folders of the machine that it is shown. */
  readonly folders: readonly string[];
}

/**
 * Whether a container was made here by the launcher, and, where it is to be started, still sees the workspace alone: podman mounts again
 * what lies at the path at that time. A container that somebody made by hand may have all rights.
 */
export function ownContainer(name: string, isStarted: boolean, place: Place, podman: Podman): Checked {
  const container = containerOf(podman.ask(['container', 'inspect', '--', name]));
  if (container === null || container.label !== place.workspace)
    return { ok: false, why: `\`${name}\` is no container that was made by \`sallyport-container\` in this workspace` };
  for (const folder of isStarted ? container.folders : []) {
    const now = insideWorkspace(folder, place);
    if (!now.ok) return now;
    if (now.word !== folder) return { ok: false, why: `\`${folder}\` is a link now; make the container anew` };
  }
  return { ok: true, word: name };
}

function containerOf(answer: string | null): Container | null {
  const read: unknown = answer === null ? null : JSON.parse(answer);
  const found: unknown = Array.isArray(read) && read.length === 1 ? read[0] : null;
  const mounts = fieldOf(found, 'Mounts');
  if (!Array.isArray(mounts)) return null;
  const folders = mounts
    .filter((mount) => fieldOf(mount, 'Type') === 'bind')
    .map((mount) => String(fieldOf(mount, 'Source')));
  return { label: fieldOf(fieldOf(fieldOf(found, 'Config'), 'Labels'), WORKSPACE_LABEL), folders };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
