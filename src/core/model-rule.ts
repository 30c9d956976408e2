import { starGlobMatches } from './command-pattern-glob.ts';

/** Which models may be asked: globs on their ids, where `*` is any text. Denials beat; an empty `allow` is every model. */
export interface ModelRule {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/**
 * Whether a model may be asked. An id counts under every name that it has: on Bedrock `us.anthropic.claude-x-v1:0`, or
 * the ARN of an inference profile of it, is also `claude-x`; on Vertex `claude-x@20260101` is also `claude-x-20260101`.
 * Case is ignored. The last part of any other ARN is a name that its owner chose: it can deny, and never allow.
 *
 * @param model as the request names it; null where it names none, which only a rule without limits lets pass.
 */
export function mayUseModel(rule: ModelRule, model: string | null): boolean {
  if (rule.allow.length === 0 && rule.deny.length === 0) return true;
  if (model === null) return false;
  const id = model.toLowerCase();
  const names = namesOf(id);
  const isNamedBy = (globs: readonly string[], by: readonly string[]): boolean =>
    globs.some((glob) => by.some((name) => starGlobMatches(glob.toLowerCase(), name)));
  if (isNamedBy(rule.deny, names)) return false;
  return (
    rule.allow.length === 0 || isNamedBy(rule.allow, id.startsWith('arn:') && !NAMED_BY_AWS.test(id) ? [id] : names)
  );
}

/** Foundation models, and the inference profiles that AWS itself defines. */
const NAMED_BY_AWS = /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*:(?:[0-9]*:inference-profile|:foundation-model)\/[^/]*$/;

function namesOf(id: string): readonly string[] {
  const resource = id.startsWith('arn:') ? id.slice(id.lastIndexOf('/') + 1) : id;
  // Only these two marks are taken off: whatever else stands in front belongs to the name.
  const bare = resource
    .replace(/^(?:[a-z]{2,6}(?:-[a-z]{2,6})?\.)?anthropic\./, '')
    .replace(/-v\d+(?::\d+)?(?::\d+k)?$/, '');
  return [...new Set([id, resource, bare, bare.replace(/@default$/, '').replace('@', '-')])];
}
