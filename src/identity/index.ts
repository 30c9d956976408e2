export { callerInRole, isSameRole, parseRoleArn } from './aws-role.ts';
export type { AwsCaller, AwsRole, CallerFacts } from './aws-role.ts';
export {
  GATEWAY_HEADER,
  MAX_PROOF_LENGTH,
  PROOF_HEADER,
  PROOF_SECONDS,
  proofTarget,
  proofText,
  readProof,
  SESSION_HEADER,
} from './proof.ts';
export type { ProofParts } from './proof.ts';
export { identityProver } from './prover.ts';
export type { RoleKeys } from './prover.ts';
export { stsClient } from './sts.ts';
export type { Sts, StsAnswer } from './sts.ts';
export { identityVerifier } from './verifier.ts';
export type { Identity, IdentityFault } from './verifier.ts';
