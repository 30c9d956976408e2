export { CONTENT_KEY_BYTES, SEAL_NONCE_BYTES, contentKey, openContent, sealContent } from './content-box.ts';
export type { ContentKey, Opened } from './content-box.ts';
export { parseSeenCall, printSeenCall } from './seen-call-text.ts';
export { openCall, sealCall, MAX_CONTENT_BYTES } from './sealed-call.ts';
export type { OpenedCall } from './sealed-call.ts';
