import type { ModelCredentials } from '../core/control.ts';
import type { Upstream } from '../gateway/index.ts';
import { PROOF_HEADER, SESSION_HEADER } from '../identity/index.ts';
import type { Policy } from '../policy/index.ts';
import type { CredentialChains } from './credential-chains.ts';

/** Where the requests of a session go, by policy and with its owner's credentials; null where there are none. */
export function upstreamFor(
  { models }: Policy,
  given: ModelCredentials | null,
  chains: CredentialChains,
): Upstream | null {
  const baseUrl = models.upstream;
  if (models.provider === 'bedrock' && models.upstreamAuth === 'aws-identity') {
    const region = models.bedrockRegion;
    return { provider: 'bedrock', baseUrl, region, credentials: null, proof: provenBy(region, chains) };
  }
  if (given === null) return null;
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

/**
 * Always of this daemon's own role: it is the machine that a central gateway lets in, and whatever keys a developer has
 * would be one way around it.
 */
function provenBy(region: string, chains: CredentialChains): NonNullable<BedrockUpstream['proof']> {
  return async (host, sessionId) => [
    [PROOF_HEADER, await chains.awsProof(region, host)],
    [SESSION_HEADER, sessionId],
  ];
}

type BedrockUpstream = Upstream & { readonly provider: 'bedrock' };
type AwsUpstream = Pick<BedrockUpstream, 'credentials' | 'bearer'>;

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
