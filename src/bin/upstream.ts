import type { ModelCredentials } from '../core/control.ts';
import type { Upstream } from '../gateway/index.ts';
import type { Policy } from '../policy/index.ts';
import type { CredentialChains } from './credential-chains.ts';

/** Where the requests of a session go, by policy and with its owner's credentials; null where there are none. */
export function upstreamFor(
  { models }: Policy,
  given: ModelCredentials | null,
  chains: CredentialChains,
): Upstream | null {
  if (given === null) return null;
  const baseUrl = models.upstream;
  switch (models.provider) {
    case 'anthropic': {
      const { anthropicApiKey: apiKey, anthropicAuthToken: bearer } = given;
      return apiKey === null && bearer === null ? null : { provider: 'anthropic', baseUrl, apiKey, bearer };
    }
    case 'bedrock':
      return { provider: 'bedrock', baseUrl, region: models.bedrockRegion, ...awsCredentials(given, chains) };
    case 'vertex': {
      const { vertex } = models;
      if (vertex === null) return null;
      const { googleAccessToken: token, googleCredentialsFile: file } = given;
      const bearer = token === null ? (): Promise<string> => chains.google(file) : () => Promise.resolve(token);
      return { provider: 'vertex', baseUrl, project: vertex.project, location: vertex.region, bearer };
    }
  }
}

type AwsUpstream = Pick<Upstream & { readonly provider: 'bedrock' }, 'credentials' | 'bearer'>;

function awsCredentials(given: ModelCredentials, chains: CredentialChains): AwsUpstream {
  if (given.awsBearerToken !== null) return { credentials: null, bearer: given.awsBearerToken };
  if (given.awsAccessKeyId !== null && given.awsSecretAccessKey !== null) {
    const fixed = {
      accessKeyId: given.awsAccessKeyId,
      secretAccessKey: given.awsSecretAccessKey,
      ...(given.awsSessionToken === null ? {} : { sessionToken: given.awsSessionToken }),
    };
    return { credentials: () => Promise.resolve(fixed) };
  }
  return { credentials: () => chains.aws(given.awsProfile) };
}
