import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { clientModel } from './client-model.ts';
import type { ClientScene } from './path-rule.ts';
import { MODES } from './prediction.ts';
import type { Mode, Prediction } from './prediction.ts';

/** One call whose outcome was measured on a real client. */
export interface MeasuredCase {
  /** Managed settings, as the client read them. */
  readonly settings: Json;
  readonly tool: string;
  readonly input: JsonObject;
  readonly mode: Mode;
  /** `allow` where the call ran or failed only while it ran, `ask` where somebody would have been asked. */
  readonly observed: Prediction['verdict'];
}

/** A case that the model predicts otherwise. */
export interface Mismatch extends Omit<MeasuredCase, 'settings'> {
  /** Line of the case in its file, from 1. */
  readonly line: number;
  readonly predicted: Prediction;
}

/** How far the model agrees with what was measured. */
export interface Agreement {
  readonly cases: number;
  readonly agree: number;
  /** Share of the cases that agree, from 0 to 1; 1 where there is none. */
  readonly agreement: number;
  readonly mismatches: readonly Mismatch[];
}

/** A case with the line that it stands on. */
export interface PlacedCase extends MeasuredCase {
  readonly line: number;
}

/** The case of one line of a file of cases, or why it holds none: a text in lower case. Fields that it does not know are passed over. */
export function readMeasuredCase(text: string): MeasuredCase | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  if (!isJsonObject(value)) return 'not a JSON object';
  const { settings, input } = value;
  if (!isJsonObject(settings)) return '`settings` is no object';
  if (!isJsonObject(input)) return '`input` is no object';
  const tool = stringField(value, 'tool');
  if (tool === null) return '`tool` is no text';
  const named = stringField(value, 'mode') ?? 'default';
  const mode = MODES.find((known) => known === named);
  if (mode === undefined) return `\`mode\` is none of ${MODES.join(', ')}`;
  const observed = (['allow', 'ask', 'deny'] as const).find((known) => known === value['observed']);
  if (observed === undefined) return '`observed` is none of allow, ask, deny';
  return { settings, tool, input, mode, observed };
}

/** Predicts each case and compares. */
export function agreementOf(cases: readonly PlacedCase[], scene: ClientScene): Agreement {
  const mismatches = cases.flatMap(({ settings, ...call }): readonly Mismatch[] => {
    const predicted = clientModel(settings, scene).predict(call);
    return predicted.verdict === call.observed ? [] : [{ ...call, predicted }];
  });
  const agree = cases.length - mismatches.length;
  return { cases: cases.length, agree, agreement: cases.length === 0 ? 1 : agree / cases.length, mismatches };
}
