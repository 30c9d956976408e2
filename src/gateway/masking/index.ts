export type { ContentPorts, ReadInjection, RulesInForce } from './content-ports.ts';
export type { KeptMasks, MaskStore } from './mask-store.ts';
export { requestMasker } from './request-masker.ts';
export type { Masking, MaskRequest, RequestMasker } from './request-masker.ts';
