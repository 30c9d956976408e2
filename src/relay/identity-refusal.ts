import type { Refusal } from '../gateway/index.ts';
import type { Identity, IdentityFault } from '../identity/index.ts';

/** The answer to whom a proof does not let in. */
export function identityRefusal(identity: Exclude<Identity, { readonly kind: 'caller' }>): Refusal {
  if (identity.kind === 'unchecked') {
    return {
      why: 'identity-unchecked',
      message: 'Sallyport gateway: AWS could not be asked who sends this request. Ask again.',
    };
  }
  return { why: identity.why, message: `Sallyport gateway: ${SENTENCES[identity.why]}` };
}

const SENTENCES: Readonly<Record<IdentityFault, string>> = {
  'proof-unreadable':
    'the proof of identity cannot be read. Host and gateway must name the same region and run versions that know each other.',
  'proof-not-fresh': 'the proof of identity is too old, or of the future. Check the clock of this host.',
  'proof-rejected':
    'AWS does not take the proof of identity: it was made for another gateway, or its keys do not hold any more.',
  'caller-no-role': 'only roles are let in; this host has the keys of a user.',
  'role-not-allowed': "this host's role is not on the gateway's list.",
};
