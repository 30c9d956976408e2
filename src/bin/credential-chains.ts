import { UpstreamUnconfigured } from '../core/error.ts';
import type { AwsCredentials } from '../gateway/index.ts';
import { identityProver } from '../identity/index.ts';

/**
 * Credentials of cloud providers, found where their own tools keep them: profiles, single sign-on, instance and task
 * roles. What was found is kept as long as it is valid, so that a request does not wait for it.
 */
export interface CredentialChains {
  /** @param profile of the AWS configuration; null for the usual order of places. */
  aws(profile: string | null): Promise<AwsCredentials>;
  /**
   * Proves to a central gateway of which AWS role this process is.
   *
   * @param gateway the host that requests go to.
   * @throws {UpstreamUnconfigured} where there are no credentials.
   */
  awsProof(region: string, gateway: string): Promise<string>;
  /**
   * An access token for Google Cloud.
   *
   * @param file a file of credentials by its path; null for the application default credentials.
   * @throws {UpstreamUnconfigured} where there are none.
   */
  google(file: string | null): Promise<string>;
}

/** Files and profiles that are kept at one time; beyond, the oldest is looked up anew when it is asked for. */
const MAX_CHAINS = 64;

/** The libraries are large, so each is loaded only by whoever needs it. Holds state; one per daemon. */
export function credentialChains(): CredentialChains {
  const aws = keptChains(awsChain);
  const google = keptChains(googleChain);
  const provers = new Map<string, (gateway: string) => Promise<string>>();
  return {
    aws,
    awsProof: async (region, gateway) => {
      const prove = provers.get(region) ?? identityProver({ keys: () => aws(null), region, clock: () => Date.now() });
      provers.set(region, prove);
      try {
        return await prove(gateway);
      } catch (cause) {
        throw new UpstreamUnconfigured('the AWS role of this machine cannot be proven to the gateway', {
          cause,
          hint: 'the daemon needs credentials of the role: of its instance or its task, or in its environment',
        });
      }
    },
    google: async (file) => {
      try {
        return await google(file);
      } catch (cause) {
        throw new UpstreamUnconfigured('no credential for Google Cloud was found', {
          cause,
          hint: 'set GOOGLE_OAUTH_ACCESS_TOKEN or GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`',
        });
      }
    },
  };
}

type Chain<Credential> = () => Promise<Credential>;

/** Asks the chain of a name, made when it is first asked for. One that fails is made anew the next time. */
function keptChains<Credential>(
  make: (name: string | null) => Promise<Chain<Credential>>,
): (name: string | null) => Promise<Credential> {
  const chains = new Map<string | null, Promise<Chain<Credential>>>();
  return async (name) => {
    const known = chains.get(name) ?? make(name);
    const [oldest] = chains.keys();
    if (!chains.has(name) && chains.size >= MAX_CHAINS && oldest !== undefined) chains.delete(oldest);
    chains.set(name, known);
    try {
      return await (
        await known
      )();
    } catch (error) {
      if (chains.get(name) === known) chains.delete(name);
      throw error;
    }
  };
}

async function awsChain(profile: string | null): Promise<Chain<AwsCredentials>> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  return defaultProvider(profile === null ? {} : { profile });
}

async function googleChain(file: string | null): Promise<Chain<string>> {
  const { GoogleAuth } = await import('google-auth-library');
  const scopes = 'https://www.googleapis.com/auth/cloud-platform';
  const auth = new GoogleAuth(file === null ? { scopes } : { scopes, keyFile: file });
  return async () => {
    const token = await auth.getAccessToken();
    if (typeof token !== 'string' || token === '') throw new TypeError('no access token was given');
    return token;
  };
}
