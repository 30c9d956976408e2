/** Most models that get a name of their own where the policy does not list them one by one. */
export const MAX_FREE_NAMES = 32;

/** Stands for every model that has no name of its own. */
export const OTHER_MODEL = 'other';

/** Gives models the names under which they are counted. Remembers those that it gave. */
export interface ModelNames {
  /**
   * The name of a model: its own where the policy lists it, or where the service has answered for it and not too many
   * others came before; else {@link OTHER_MODEL}. What a request merely claims never becomes a name: it could hold
   * anything, and each name costs memory wherever metrics are kept.
   *
   * @param isAnswered whether the service did what it was asked of this model.
   */
  nameOf(model: string | null, isAnswered: boolean): string;
}

/** @param allowed the policy's globs of models at the moment. */
export function modelNames(allowed: () => readonly string[]): ModelNames {
  const free = new Set<string>();
  return {
    nameOf: (model, isAnswered) => {
      if (model === null) return OTHER_MODEL;
      // The name within an ARN, whose other parts name an account.
      const name = model.startsWith('arn:') ? model.slice(model.lastIndexOf('/') + 1) : model;
      if (!MODEL_NAME.test(name)) return OTHER_MODEL;
      if (allowed().some((listed) => !listed.includes('*') && listed === name) || free.has(name)) return name;
      if (!isAnswered || free.size >= MAX_FREE_NAMES) return OTHER_MODEL;
      free.add(name);
      return name;
    },
  };
}

const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;
