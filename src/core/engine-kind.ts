/** Kinds of scanners outside of this program: those that are started for each text, and those that are asked over HTTP. */
export const PROGRAM_KINDS = ['gitleaks', 'betterleaks', 'trufflehog'] as const;
export const SERVICE_KINDS = ['presidio', 'llm-guard', 'lakera'] as const;
export const ENGINE_KINDS = [...PROGRAM_KINDS, ...SERVICE_KINDS] as const;
export type EngineKind = (typeof ENGINE_KINDS)[number];

/** Where an engine is asked. */
export const ENGINE_PLACES = ['prompt', 'tool-input', 'tool-result'] as const;
export type EnginePlace = (typeof ENGINE_PLACES)[number];

/** What follows where an engine does not answer: nothing passes, or what our own detectors found stands alone. */
export const FAILURE_POLICIES = ['deny', 'embedded-only'] as const;
export type FailurePolicy = (typeof FAILURE_POLICIES)[number];
