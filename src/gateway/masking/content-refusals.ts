import type { Refusal } from '../refusal.ts';

/** What the developer reads of a text that could not be looked at. */
export function uncheckedRefusal(reason: string): Refusal {
  return {
    why: 'content-unchecked',
    message: `Sallyport refused this request: a text in it could not be checked (${reason}). Send it again; what still cannot be checked is left out then. \`sallyport status\` says more.`,
  };
}

/** Most detectors that one sentence names. */
const MAX_NAMED = 5;

/** What the developer reads of content that no model is to see. */
export function blockedRefusal(ids: readonly string[]): Refusal {
  const named = [...new Set(ids)].slice(0, MAX_NAMED).join(', ');
  return {
    why: 'content-blocked',
    message: `Sallyport refused this request: it holds what the policy lets no model see (${named}). From now on that part is left out.`,
  };
}
