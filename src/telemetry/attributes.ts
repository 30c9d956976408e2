import type { Attributes } from '@opentelemetry/api';

import type { ExchangeFacts } from '../core/telemetry.ts';

/** The attributes that metrics and traces share, under the names of the GenAI conventions where these have one. */
export function commonAttributes(facts: ExchangeFacts, model: string): Attributes {
  const error = errorType(facts);
  return {
    'gen_ai.operation.name': facts.kind,
    'gen_ai.provider.name': PROVIDERS[facts.provider],
    'gen_ai.request.model': model,
    ...(error === null ? {} : { 'error.type': error }),
  };
}

/** What went wrong, or null where nothing did: a status of the service, or in a fixed word how it ended. */
export function errorType(facts: ExchangeFacts): string | null {
  if (facts.outcome !== 'complete') return fixedWord(facts.outcome);
  return facts.status !== null && facts.status >= 400 ? String(facts.status) : null;
}

/** A word that stands in the source of this program; anything else is `other`. */
export function fixedWord(word: string): string {
  return FIXED_WORD.test(word) ? word : 'other';
}

/** An id that a service or a client made, or null where it has another shape than ids have. */
export function shownId(id: string | null): string | null {
  return id !== null && ID.test(id) ? id : null;
}

const FIXED_WORD = /^[a-z][a-z0-9_-]{0,39}$/;
const ID = /^[A-Za-z0-9._:-]{1,128}$/;

const PROVIDERS = { anthropic: 'anthropic', bedrock: 'aws.bedrock', vertex: 'gcp.vertex_ai' } as const;
