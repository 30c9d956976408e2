import type { Upstream } from '../ports.ts';

/**
 * The same service at another address, with the same proof of who asks. Bedrock's addresses name their region, for which
 * a request is signed; where one names none, the region stays.
 */
export function fallbackUpstream(upstream: Upstream, baseUrl: string): Upstream {
  if (upstream.provider !== 'bedrock') return { ...upstream, baseUrl };
  const region = BEDROCK_HOST.exec(new URL(baseUrl).hostname)?.[1] ?? upstream.region;
  return { ...upstream, baseUrl, region };
}

/** Public, FIPS and interface endpoints. */
const BEDROCK_HOST =
  /(?:^|\.)bedrock-runtime(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$/;
