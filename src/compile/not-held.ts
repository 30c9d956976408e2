import type { FieldPath, Policy } from '../policy/index.ts';

/** A field that a policy can have and that no part of this version acts on. */
export interface UnheldField {
  readonly path: FieldPath;
  /** Whether a policy asks for what it stands for. */
  readonly isAsked: (policy: Policy) => boolean;
  /** What happens instead, in one line without a final period. */
  readonly why: string;
}

/** All of them. A field that is read and held by nothing must stand here, so that whoever asks is told. */
export const NOT_HELD: readonly UnheldField[] = [
  {
    path: ['session', 'reauthenticate_for_sensitive_operations'],
    isAsked: ({ session }) => session.reauthenticateForSensitiveOperations,
    why: 'nobody proves again who they are before what a rule asks for',
  },
];
