import type { JsonObject } from '../../core/json.ts';

/** One unit of a reply's stream, and the event in it as its codec reads it; null where it holds none. */
export interface ReplyUnit {
  readonly bytes: Buffer;
  readonly event: JsonObject | null;
}

/** What may come at once or later. Who takes it must not wait for what is there. */
export type Units = readonly ReplyUnit[] | Promise<readonly ReplyUnit[]>;

/**
 * Changes the units of one reply on their way to the client. Holds state; one per reply.
 *
 * It is given every unit once, in order, and the next one only when its answer to the last one is there. What it gives is
 * what the client gets: the calls in it are seen, recorded and decided as they stand behind all stages.
 */
export interface ReplyStage {
  /**
   * The units that may go on now; a unit that is kept comes in a later answer, changed or not.
   *
   * @throws {UnreadableReply} where the reply must not go on.
   */
  push(unit: ReplyUnit): Units;
  /** What was kept when no more units come, be it that the reply is whole or that it broke off. */
  end(): Units;
}

/** A stage that never makes a unit wait for something else than other units. */
export interface PromptStage extends ReplyStage {
  push(unit: ReplyUnit): readonly ReplyUnit[];
  end(): readonly ReplyUnit[];
}

/** Several stages as one: what leaves the first enters the second. Waits only where one of them does. */
export function composedStages(stages: readonly ReplyStage[]): ReplyStage {
  const [only] = stages;
  if (stages.length === 1 && only !== undefined) return only;
  return {
    push: (unit) => through([unit], stages, 0),
    end: async () => {
      let units: readonly ReplyUnit[] = [];
      for (const stage of stages) units = [...(await throughOne(units, stage)), ...(await stage.end())];
      return units;
    },
  };
}

/** A reply has hundreds of units, so that this makes nothing for one that all stages pass on. */
function through(units: readonly ReplyUnit[], stages: readonly ReplyStage[], from: number): Units {
  let passed: readonly ReplyUnit[] = units;
  for (let at = from; at < stages.length; at += 1) {
    const next = throughOne(passed, stages[at] as ReplyStage);
    if (next instanceof Promise) return next.then((later) => through(later, stages, at + 1));
    passed = next;
  }
  return passed;
}

function throughOne(units: readonly ReplyUnit[], stage: ReplyStage): Units {
  const only = units[0];
  if (units.length === 1 && only !== undefined) return stage.push(only);
  const passed: ReplyUnit[] = [];
  for (const [at, unit] of units.entries()) {
    const next = stage.push(unit);
    if (next instanceof Promise) return theRest(passed, next, units.slice(at + 1), stage);
    passed.push(...next);
  }
  return passed;
}

async function theRest(
  passed: readonly ReplyUnit[],
  next: Promise<readonly ReplyUnit[]>,
  left: readonly ReplyUnit[],
  stage: ReplyStage,
): Promise<readonly ReplyUnit[]> {
  const units = [...passed, ...(await next)];
  for (const unit of left) units.push(...(await stage.push(unit)));
  return units;
}
