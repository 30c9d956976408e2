export { authorityText, makeAuthority, readAuthority } from './authority.ts';
export type { Authority, AuthorityRequest } from './authority.ts';
export { hostCertificates } from './host-certificates.ts';
export type { HostCertificate, HostCertificates } from './host-certificates.ts';
