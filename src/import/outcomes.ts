import type { Outcome } from './ledger.ts';

/** The entry is a rule or a field of the policy now. */
export function taken(client: string, became: string): Outcome {
  return { code: 'import/taken-over', severity: 'note', client, became };
}

/** The entry is in the policy, stricter than it was written. */
export function narrowed(client: string, became: string): Outcome {
  return { code: 'import/narrowed', severity: 'warning', client, became };
}

/** Every policy compiles to this, whatever it says. */
export function always(client: string, became: string): Outcome {
  return { code: 'import/always-so', severity: 'note', client, became };
}

/** The client takes the entry, and it is no matter of a policy. */
export function notPolicy(client: string): Outcome {
  return { code: 'import/not-policy', severity: 'note', client, became: 'nothing: this is no matter of a policy' };
}

/** The entry means something that the policy does not say. */
export function notTaken(client: string, became: string): Outcome {
  return { code: 'import/not-taken', severity: 'warning', client, became: `nothing: ${became}` };
}

/** The entry is of another type than it must be. */
export function wrongType(client = 'ignores a value of this type'): Outcome {
  return {
    code: 'import/wrong-type',
    severity: 'warning',
    client,
    became: 'nothing: the value has another type or bound',
  };
}
