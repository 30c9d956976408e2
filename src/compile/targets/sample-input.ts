import { createHash } from 'node:crypto';
import type { Sha256 } from '../../core/ids.ts';
import { ruleTableOf } from '../../policy/index.ts';
import { SAMPLE_POLICY } from '../sample-policy.ts';
import type { TargetInput } from './target.ts';

/** A whole input for tests of targets. */
export const SAMPLE_INPUT: TargetInput = {
  policy: SAMPLE_POLICY,
  table: ruleTableOf(SAMPLE_POLICY),
  site: {
    hookCommand: ['/opt/sallyport/hook'],
    guardSocket: '/run/sallyport/guard.sock',
    sessionId: 'ses_test',
    gatewayUrl: 'http://127.0.0.1:7117',
    provider: SAMPLE_POLICY.models.provider,
    environment: { PATH: '/usr/bin:/bin' },
    hiddenFolders: ['/var/lib/sallyport'],
  },
  awsOrganizationId: null,
  sha256: (text) => createHash('sha256').update(text).digest('hex') as Sha256,
};
