import type { Detector } from '../scan/detector.ts';
import { ANSWER_FRAMES, ANSWER_ORDERS } from './answer-orders.ts';
import { COMMAND_ORDERS } from './command-orders.ts';
import { ENCODED } from './encoded.ts';
import { FOREIGN_OVERRIDES } from './foreign-overrides.ts';
import { FRAMES } from './frame-phrases.ts';
import { HIDDEN_UNICODE } from './hidden-unicode.ts';
import { LOOK_ALIKES } from './look-alikes.ts';
import { MARKUP, TURNS } from './markup.ts';
import { MIXED_LANGUAGES } from './mixed-languages.ts';
import { OVERRIDES } from './override-phrases.ts';
import { AUTHORITY, NEW_TASKS } from './task-phrases.ts';
import { OUTGOING } from './outgoing-orders.ts';
import { PROMPT_THEFT } from './prompt-theft.ts';
import { ADDRESSES } from './agent-address.ts';
import { FOREIGN_ORDERS } from './foreign-orders.ts';
import { WIDE_OVERRIDES } from './wide-overrides.ts';

/** Signs of injection that need no training: each says by its id what it saw. */
export const INJECTION_SIGNS: readonly Detector[] = [
  ...OVERRIDES,
  ...FOREIGN_OVERRIDES,
  ...FOREIGN_ORDERS,
  WIDE_OVERRIDES,
  ...MIXED_LANGUAGES,
  ...ANSWER_ORDERS,
  ...ANSWER_FRAMES,
  ...NEW_TASKS,
  ...PROMPT_THEFT,
  ...ADDRESSES,
  ...OUTGOING,
  ...COMMAND_ORDERS,
  ...AUTHORITY,
  ...FRAMES,
  ...MARKUP,
  ...TURNS,
  HIDDEN_UNICODE,
  LOOK_ALIKES,
  ...ENCODED,
];
