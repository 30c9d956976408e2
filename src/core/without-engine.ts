import type { EnginePlace, FailurePolicy } from './engine-kind.ts';

const TEXTS: Readonly<Record<EnginePlace, string>> = {
  prompt: 'prompts',
  'tool-input': 'calls',
  'tool-result': 'results',
};

/** What happens to texts while an engine gives no answer, for people: `prompts and results are refused`. */
export function withoutEngine({
  at,
  onFailure,
}: {
  readonly at: readonly EnginePlace[];
  readonly onFailure: FailurePolicy;
}): string {
  const texts = at.map((place) => TEXTS[place]);
  const named = texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1) ?? ''}`;
  return onFailure === 'deny' ? `${named} are refused` : `${named} are looked at by our own detectors alone`;
}
