import { fieldPathText, quoted } from './fault.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Fault, FieldPath } from './fault.ts';
import { exceptionsOf, knownRules } from './exceptions-of.ts';
import type { KnownRule } from './exceptions-of.ts';
import { layFields } from './layer-fields.ts';
import { warnOfIdleGateway } from './gateway-faults.ts';
import { layAudit } from './layer-audit.ts';
import { layGateway } from './layer-gateway.ts';
import { layLists } from './layer-lists.ts';
import { FAMILIES, layRules } from './layer-rules.ts';
import { isSaid, layerState, lineOf, report } from './layer-state.ts';
import type { LayerState } from './layer-state.ts';
import { nearestName } from './nearest-name.ts';
import type { Policy } from './policy.ts';
import { policyOf } from './policy-of.ts';
import { diagnosticsOf, readPartBytes } from './read-part.ts';
import type { PartReading, PolicyPart } from './read-part.ts';
import { sectionRules } from './section-rules.ts';

/** Documents of one policy. */
export const MAX_LAYER_DOCUMENTS = 64;

/** One document as it was read. `file` names it in diagnostics and is not opened. */
export interface LayerSource {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** A diagnostic and the document that it is about. */
export interface LayerDiagnostic extends Diagnostic {
  readonly file: string;
}

/** A policy that can be put in force, or everything that keeps it from being so. `diagnostics` holds warnings too. */
export type LayersResult =
  | { readonly ok: true; readonly policy: Policy; readonly warnings: readonly LayerDiagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly LayerDiagnostic[] };

/**
 * Reads a policy of several documents: one base, what teams and hosts restrict of it, and exceptions. The order of the
 * documents carries no meaning: their fields `layer` do. Pure; never throws, whatever the bytes.
 *
 * @param nowMs milliseconds since the Unix epoch, for what is said about exceptions: those that have ended are in the
 *   policy all the same, see `ruleTableOf`.
 */
export function parseLayers(sources: readonly LayerSource[], nowMs: number): LayersResult {
  if (sources.length > MAX_LAYER_DOCUMENTS) {
    const message = `a policy has at most ${MAX_LAYER_DOCUMENTS} documents, found ${sources.length}`;
    return { ok: false, diagnostics: [setFault(sources[MAX_LAYER_DOCUMENTS]?.file ?? '', message, null)] };
  }
  return layPolicy(
    sources.map(({ file, bytes }) => ({ file, reading: readPartBytes(file, bytes) })),
    nowMs,
  );
}

/** As {@link parseLayers}, with documents that were read one by one. */
export function layPolicy(
  readings: readonly { readonly file: string; readonly reading: PartReading }[],
  nowMs: number,
): LayersResult {
  const alone = readings.flatMap(({ file, reading }) => reading.diagnostics.map((one) => ({ ...one, file })));
  const parts = readings.flatMap(({ reading }) => (reading.part === null ? [] : [reading.part]));
  if (parts.length < readings.length) return { ok: false, diagnostics: alone };

  const bases = parts.filter(({ written }) => written.layer === 'base');
  const [base] = bases;
  if (base === undefined || bases.length > 1)
    return { ok: false, diagnostics: [...alone, ...baseFaults(parts, bases)] };

  const state = layerState(base);
  for (const layer of ['team', 'host'] as const) {
    const laid = parts.filter(({ written }) => written.layer === layer);
    const under = structuredClone(state.merged);
    layFields(state, under, laid);
    layLists(state, under, laid);
    layGateway(state, under, laid);
    layAudit(state, under, laid);
    layRules(state, under, laid);
  }
  const rules = knownRules(state.merged);
  checkIds(state, parts);
  checkRollout(state, parts, rules);
  warnOfIdleGateway(state, parts);
  const exceptions = exceptionsOf(
    state,
    parts.filter(({ written }) => written.layer === 'exception'),
    rules,
    nowMs,
  );
  const laidFaults = parts.flatMap((part) => {
    const faults = state.faults.filter((one) => one.part === part).map(({ fault }) => fault);
    return diagnosticsOf(faults, part.source).map((one) => ({ ...one, file: part.file }));
  });
  const diagnostics = inTextOrder([...alone, ...laidFaults], parts);
  if (diagnostics.some(({ severity }) => severity === 'error')) return { ok: false, diagnostics };
  return { ok: true, policy: policyOf(state.merged, exceptions), warnings: diagnostics };
}

function inTextOrder(
  diagnostics: readonly LayerDiagnostic[],
  parts: readonly PolicyPart[],
): readonly LayerDiagnostic[] {
  const rank = new Map(parts.map(({ file }, index) => [file, index]));
  return diagnostics.toSorted(
    (a, b) => (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  );
}

function baseFaults(parts: readonly PolicyPart[], bases: readonly PolicyPart[]): readonly LayerDiagnostic[] {
  if (bases.length === 0) {
    const hint = 'name the document of the layer `base` as well';
    const [first] = parts;
    if (first === undefined) return [setFault('', 'there is no document of a policy', hint)];
    return [partFault(first, 'none of the documents is the base of the policy', hint)];
  }
  return bases.slice(1).map((part) => {
    const hint = 'write `layer: team` or `layer: host` where it only restricts';
    return partFault(part, `${lineOf(part, ['layer'])} is a base, and so is ${placeOfLayer(bases[0] ?? part)}`, hint);
  });
}

function placeOfLayer(part: PolicyPart): string {
  return lineOf(part, ['layer']);
}

function partFault(part: PolicyPart, message: string, hint: string): LayerDiagnostic {
  const offset = part.document.offsetOf(['layer'], isSaid(part, ['layer']) ? 'value' : 'key');
  const position = part.source.positionOf(offset);
  return { ...setFault(part.file, message, hint), ...position, path: fieldPathText(['layer']) };
}

function setFault(file: string, message: string, hint: string | null): LayerDiagnostic {
  return { code: 'policy/layer-set', severity: 'error', message, hint, line: 1, column: 1, path: '', file };
}

/** Rule ids that two documents give, or that a section makes a rule of. */
function checkIds(state: LayerState, parts: readonly PolicyPart[]): void {
  const places = new Map<string, string>();
  for (const { id, path } of sectionRules(state.merged)) {
    const sayer = parts.findLast((part) => isSaid(part, path)) ?? state.base;
    places.set(id, `\`${fieldPathText(path)}\` of ${lineOf(sayer, path)} makes it`);
  }
  for (const part of parts) {
    for (const family of FAMILIES) {
      for (const verdict of ['deny', 'ask', 'allow'] as const) {
        for (const [index, { id }] of part.written[family][verdict].entries()) {
          const path: FieldPath = [family, verdict, index, 'id'];
          const first = places.get(id);
          if (first === undefined) {
            places.set(id, `it is also at \`${fieldPathText(path.slice(0, -1))}\` of ${lineOf(part, path)}`);
          } else {
            report(state, part, 'policy/duplicate-rule', path, `the rule id ${quoted(id)} is given twice`, first);
          }
        }
      }
    }
  }
}

function checkRollout(state: LayerState, parts: readonly PolicyPart[], rules: ReadonlyMap<string, KnownRule>): void {
  for (const part of parts) {
    for (const [id, mode] of Object.entries(part.written.rollout.rules)) {
      const path: FieldPath = ['rollout', 'rules', id];
      const known = rules.get(id);
      if (known === undefined) {
        const near = nearestName(id, [...rules.keys()]);
        const hint = near === null ? null : `did you mean ${quoted(near)}?`;
        reportKey(state, part, path, {
          code: 'policy/unknown-rule',
          message: `no document has a rule ${quoted(id)}`,
          hint,
        });
      } else if (known.verdict === 'allow' && mode !== 'enforce') {
        const message = `${quoted(id)} allows: it is in force or it is not there`;
        reportKey(state, part, path, {
          code: 'policy/contradiction',
          message,
          hint: 'only deny and ask rules are tried out',
        });
      }
    }
  }
}

function reportKey(
  state: LayerState,
  part: PolicyPart,
  path: FieldPath,
  said: Pick<Fault, 'code' | 'message' | 'hint'>,
): void {
  state.faults.push({ part, fault: { ...said, severity: 'error', path, offset: part.document.offsetOf(path, 'key') } });
}
