export { requestContents } from './content-log.ts';
export type { KeptRequest, LoggedRequest, RequestContents } from './content-log.ts';
export type { ContentStore, Piece, PieceForm, PieceKind, PieceRef, SessionContents } from './content-store.ts';
export type { KeptReply } from './kept-reply.ts';
export { replyGuards, requestGuards } from './guard-states.ts';
export type { GuardState, ReplyLook } from './guard-states.ts';
