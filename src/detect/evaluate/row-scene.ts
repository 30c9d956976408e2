import type { ScanScene, SourceKind } from '../scan/detector.ts';
import type { LabelledRow } from './labelled-row.ts';

/**
 * Where a row's text would have come from. The kind says it: what stands in a tool result, an e-mail or a document was
 * returned by a tool, files lie in the repository, and all else is typed by the user.
 */
export function rowScene({ kind, label, path }: LabelledRow): ScanScene {
  return { source: sourceOf(kind, label, path), path };
}

function sourceOf(kind: string, label: string, path: string | null): SourceKind {
  if (/^(?:indirect|instruction-only|email|tool-result)\b/.test(kind)) return 'tool-result';
  if (/^(?:code|doc|readme|changelog|agent-instructions|file)(?:$|[/:])/.test(kind) || path !== null)
    return 'repository-file';
  // Secrets are looked for in files; what the others have no word on is said by people.
  return label === 'secret' || label === 'none' ? 'repository-file' : 'user-prompt';
}
