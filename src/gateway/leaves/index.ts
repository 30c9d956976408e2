export type { Holder, LeafPlace, MessageLeaves, OpaqueBlock, TextLeaf, ToolUseHead } from './leaf.ts';
export { messageLeaves, otherLeaves, systemLeaves } from './message-leaves.ts';
export { jsonString, spliced } from './splice.ts';
export type { Edit } from './splice.ts';
