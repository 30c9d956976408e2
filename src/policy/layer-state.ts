import type { DiagnosticCode } from './diagnostic.ts';
import { fieldPathText } from './fault.ts';
import type { Fault, FieldPath } from './fault.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import type { PolicyPart } from './read-part.ts';

/** A fault and the document that it stands in. */
export interface PartFault {
  readonly part: PolicyPart;
  readonly fault: Fault;
}

/** What the documents that were laid over each other so far say together. Owned by whoever lays them. */
export interface LayerState {
  merged: WrittenPolicy;
  /** Which document said a field last; the base where it is not in here. By `fieldPathText`. */
  readonly sayers: Map<string, PolicyPart>;
  readonly base: PolicyPart;
  readonly faults: PartFault[];
}

/** The state before anything is laid over the base. */
export function layerState(base: PolicyPart): LayerState {
  return { merged: structuredClone(base.written), sayers: new Map(), base, faults: [] };
}

/** Whether the text of a document itself holds a field, as against a default. */
export function isSaid(part: PolicyPart, path: FieldPath): boolean {
  return valueAt(part.document.value, path) !== undefined;
}

/** Where a field's value of so far comes from: `base.yaml:12`, or the document that leaves it at its default. */
export function placeOf(state: LayerState, path: FieldPath): string {
  const sayer = state.sayers.get(fieldPathText(path)) ?? state.base;
  return lineOf(sayer, path);
}

/** The file and the line of a field, or of the nearest field around it. */
export function lineOf(part: PolicyPart, path: FieldPath): string {
  const { line } = part.source.positionOf(part.document.offsetOf(path, 'key'));
  return part.file === '' ? `line ${line}` : `${part.file}:${line}`;
}

/** Says that a document wants more than those under it allow. Both places are named. */
export function widens(state: LayerState, part: PolicyPart, path: FieldPath, said: string, under: FieldPath): void {
  const by = isSaid(state.sayers.get(fieldPathText(under)) ?? state.base, under) ? '' : 'the default of ';
  const message = `${lineOf(part, path)} widens ${by}${placeOf(state, under)}: ${said}`;
  const hint = `a layer \`${part.written.layer}\` only restricts; change the document under it, or write an exception`;
  report(state, part, 'policy/layer-widens', path, message, hint);
}

/** Adds an error about a field of a document. */
export function report(
  state: LayerState,
  part: PolicyPart,
  code: DiagnosticCode,
  path: FieldPath,
  message: string,
  hint: string | null,
  severity: Fault['severity'] = 'error',
): void {
  const offset = part.document.offsetOf(path, isSaid(part, path) ? 'value' : 'key');
  state.faults.push({ part, fault: { code, severity, message, hint, path, offset } });
}

/** What stands at a path of plain data, or undefined. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = Reflect.get(current, part);
  }
  return current;
}
