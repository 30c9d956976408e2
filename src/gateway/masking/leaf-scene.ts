import type { PassingText } from '../../core/inspection.ts';
import type { SourceKind } from '../../core/source-kind.ts';
import type { LeafPlace, ToolUseHead } from '../leaves/index.ts';
import type { SeamKind } from './seam.ts';

/** What is told of a text to those who look at it. */
export type LeafScene = Omit<PassingText, 'text'>;

/** Where a text of a request comes from, as far as the request says. */
export function leafScene(place: LeafPlace, toolUses: ReadonlyMap<string, ToolUseHead>): LeafScene {
  switch (place.part) {
    case 'tool-result': {
      const use = place.toolUseId === null ? undefined : toolUses.get(place.toolUseId);
      const source = use === undefined ? 'tool-result' : sourceOfTool(use.name);
      return { place: 'tool-result', source, path: use?.path ?? null, isAskedOutside: true };
    }
    case 'document':
    case 'unknown':
      return { place: 'tool-result', source: 'repository-file', path: null, isAskedOutside: true };
    case 'user':
    case 'system':
      return { place: 'prompt', source: 'user-prompt', path: null, isAskedOutside: place.part === 'user' };
    case 'assistant':
      return { place: 'tool-input', source: 'model-output', path: null, isAskedOutside: false };
    case 'tool-input':
      return { place: 'tool-input', source: 'tool-input', path: null, isAskedOutside: false };
  }
}

/** Which texts a text may have been torn from; null where it is the model's own, or a line of the client. */
export function seamKind({ part }: LeafPlace): SeamKind | null {
  if (part === 'tool-result') return 'read';
  return part === 'user' || part === 'document' ? 'said' : null;
}

/** Whether the model wrote it itself. */
export function isOwn({ part }: LeafPlace): boolean {
  return part === 'assistant' || part === 'tool-input';
}

const FILE_TOOLS: ReadonlySet<string> = new Set(['Read', 'Edit', 'MultiEdit', 'Write', 'NotebookEdit', 'Grep', 'Glob']);
const WEB_TOOLS: ReadonlySet<string> = new Set(['WebFetch', 'WebSearch']);

function sourceOfTool(name: string): SourceKind {
  if (WEB_TOOLS.has(name)) return 'web-page';
  if (name.startsWith('mcp__')) return 'mcp-result';
  return FILE_TOOLS.has(name) ? 'repository-file' : 'tool-result';
}
