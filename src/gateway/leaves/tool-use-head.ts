import type { Gathering, OpenBlock } from './gathering.ts';
import type { JsonMembers } from './json-node.ts';

/** Notes a call that the model made, if it has an id and a name. Nobody else makes calls, so no other message has any. */
export function addToolUse(to: Gathering, block: OpenBlock, members: JsonMembers, idKey: string): void {
  if (block.where.holder !== 'assistant') return;
  const id = to.string(members.get(idKey)?.value);
  const name = to.string(members.get('name')?.value);
  if (id !== null && name !== null) to.toolUses.push({ id, name, path: pathIn(to, members) });
}

function pathIn(to: Gathering, members: JsonMembers): string | null {
  const input = members.get('input')?.value;
  if (input?.kind !== 'object') return null;
  for (const key of ['file_path', 'path', 'notebook_path']) {
    const path = to.string(input.members.get(key)?.value);
    if (path !== null) return path;
  }
  return null;
}
