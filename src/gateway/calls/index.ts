export type { CalledTool, CallPorts, CallVerdict, WordArea, WordScan, WordScanner, WordsSeen } from './call-ports.ts';
export type { CallsBy } from './call-rule.ts';
export { replyGuard } from './reply-guard.ts';
export type { ReplyGuard } from './reply-guard.ts';
export { RefusedReply } from './refused-reply.ts';
export type { WordFinding } from './word-findings.ts';
