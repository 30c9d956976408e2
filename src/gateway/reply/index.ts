export { composedStages } from './reply-stage.ts';
export type { PromptStage, ReplyStage, ReplyUnit, Units } from './reply-stage.ts';
export { replyRestorer } from './reply-restorer.ts';
export { restoreWhole } from './restore-whole.ts';
export { splicedStrings } from './spliced-strings.ts';
