import type { TextLeaf } from './leaf.ts';

/**
 * Whether a text of the system prompt is the line by which the client tells the service how it is to be billed, and
 * nothing else: the service reads it, so it must stay as it is.
 */
export function isBillingHeader({ text, place }: TextLeaf): boolean {
  return place.part === 'system' && text.length <= MAX_HEADER_UTF16 && BILLING_HEADER.test(text);
}

/** Several times what clients send. */
const MAX_HEADER_UTF16 = 512;

// Names with values that have no blank, so that no prose begins like this.
const BILLING_HEADER = /^x-anthropic-billing-header:(?: *[\w-]+=[^\s;]*(?:;|$))* *$/;
