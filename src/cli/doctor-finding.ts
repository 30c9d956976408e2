/** One line of the examination. `fix` is what to do, or null where nothing is to be done. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'note' | 'missing';
  readonly text: string;
  readonly fix: string | null;
}

/** Of what is as it should be. */
export function ok(name: string, text: string): Finding {
  return { name, state: 'ok', text, fix: null };
}

/** Of what is not there or does not do its work. */
export function missing(name: string, text: string, fix: string): Finding {
  return { name, state: 'missing', text, fix };
}

/** Of what can stay as it is, and somebody may want to know. */
export function note(name: string, text: string, fix: string | null): Finding {
  return { name, state: 'note', text, fix };
}
