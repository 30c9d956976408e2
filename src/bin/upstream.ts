import type { ModelCredentials } from '../core/control.ts';
import type { Upstream } from '../gateway/index.ts';
import type { Policy } from '../policy/index.ts';

/** Where the requests of a session go, by policy and with its owner's credentials; null where there are none. */
export async function upstreamFor(policy: Policy, given: ModelCredentials | null): Promise<Upstream | null> {
  if (given === null) return null;
  if (policy.models.provider === 'anthropic') {
    if (given.anthropicApiKey === null && given.anthropicAuthToken === null) return null;
    return {
      provider: 'anthropic',
      baseUrl: policy.models.upstream,
      apiKey: given.anthropicApiKey,
      bearer: given.anthropicAuthToken,
    };
  }
  const region = policy.models.bedrockRegion;
  const baseUrl = policy.models.upstream;
  if (given.awsBearerToken !== null) {
    return { provider: 'bedrock', baseUrl, region, credentials: null, bearer: given.awsBearerToken };
  }
  if (given.awsAccessKeyId !== null && given.awsSecretAccessKey !== null) {
    const fixed = {
      accessKeyId: given.awsAccessKeyId,
      secretAccessKey: given.awsSecretAccessKey,
      ...(given.awsSessionToken === null ? {} : { sessionToken: given.awsSessionToken }),
    };
    return { provider: 'bedrock', baseUrl, region, credentials: () => Promise.resolve(fixed) };
  }
  // The SDK's chain is large, so it is loaded only by whoever needs it: profiles, SSO, instance and task roles.
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const chain = defaultProvider(given.awsProfile === null ? {} : { profile: given.awsProfile });
  return { provider: 'bedrock', baseUrl, region, credentials: () => chain() };
}
