import type { TokenRule } from './token-rule.ts';
import { CLOUD_TOKENS } from './tokens/cloud.ts';
import { CODE_HOSTING_TOKENS } from './tokens/code-hosting.ts';
import { COMMERCE_TOKENS } from './tokens/commerce.ts';
import { MESSAGING_TOKENS } from './tokens/messaging.ts';
import { MODEL_TOKENS } from './tokens/models.ts';
import { SERVICE_TOKENS } from './tokens/services.ts';

/** Every secret that is known by its own shape. */
export const TOKEN_RULES: readonly TokenRule[] = [
  ...CODE_HOSTING_TOKENS,
  ...CLOUD_TOKENS,
  ...MODEL_TOKENS,
  ...COMMERCE_TOKENS,
  ...MESSAGING_TOKENS,
  ...SERVICE_TOKENS,
];
