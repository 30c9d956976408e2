/** The model that a path asks for. */
export interface AskedModel {
  /** Its id or ARN, decoded once. */
  readonly model: string;
  /**
   * Whether the id says which model answers. Behind all others (provisioned throughput, application profiles, imported and
   * custom models, prompts, routers, endpoints, bare names) stands whatever their owner put there.
   */
  readonly isTelling: boolean;
  /** The path in the one spelling that goes up. */
  readonly path: string;
}

/**
 * Reads a path that runs a model. Two spellings are taken, with every colon escaped as AWS's own clients have it and with
 * none as Claude Code has it; in any other a reader behind this one could see another model.
 *
 * @param path as sent, without a query.
 * @param model as decoded from it once.
 * @returns null where the path is spelled in another way.
 */
export function askedModel(path: string, model: string): AskedModel | null {
  const operation = path.slice(path.lastIndexOf('/'));
  const canonical = `/model/${encodeURIComponent(model)}${operation}`;
  if (path !== canonical && path !== canonical.replaceAll('%3A', ':')) return null;
  return { model, isTelling: NAME.test(model) || NAME.test(nameInArn(model)), path: canonical };
}

/** Vendor, model and version, with or without a place in front. A name that somebody chose for a resource has no dot. */
const NAME = /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}(?::[a-z0-9]{1,8}){0,2}$/;

/** The two kinds of resources that AWS alone names; `` for others. An application profile's name is its owner's. */
function nameInArn(model: string): string {
  return TELLING_ARN.exec(model)?.[1] ?? '';
}

const TELLING_ARN =
  /^arn:aws(?:-[a-z]{2,10}){0,2}:bedrock:[a-z0-9-]{1,30}:(?:[0-9]{12}:inference-profile|:foundation-model)\/([a-z0-9.:-]{1,256})$/;
