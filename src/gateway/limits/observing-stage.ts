import type { JsonObject } from '../../core/json.ts';
import type { PromptStage } from '../reply/index.ts';

/** A stage that changes nothing: it shows each event as the service sent it, and passes the unit on. */
export function observingStage(see: (event: JsonObject) => void): PromptStage {
  return {
    push: (unit) => {
      if (unit.event !== null) see(unit.event);
      return [unit];
    },
    end: () => [],
  };
}
