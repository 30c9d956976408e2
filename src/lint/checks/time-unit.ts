import type { FieldPath } from '../../policy/index.ts';
import { valueAt } from '../lint-document.ts';
import type { LintDocument } from '../lint-document.ts';
import type { LintFault } from '../lint-fault.ts';

interface TimeField {
  readonly path: FieldPath;
  /** Most that the format takes. */
  readonly most: number;
  /** From here on a value that is whole in another unit was probably meant in it. */
  readonly oddFrom: number;
}

const MINUTE_FIELDS: readonly TimeField[] = [
  { path: ['session', 'max_duration_minutes'], most: 10_080, oddFrom: 1_441 },
  { path: ['session', 'idle_timeout_minutes'], most: 10_080, oddFrom: 600 },
  { path: ['shell', 'timeout_minutes'], most: 1_440, oddFrom: 300 },
];

/** Finds numbers of minutes that are whole seconds or milliseconds of a usual length. Works on unchecked values too. */
export function mistakenUnits(document: LintDocument): readonly LintFault[] {
  return MINUTE_FIELDS.flatMap((field): readonly LintFault[] => {
    const value = valueAt(document.document?.value, field.path);
    if (typeof value !== 'number' || !Number.isInteger(value)) return [];
    const meant = meantMinutes(value, field);
    if (meant === null) return [];
    const message = `${value} minutes are ${longText(value)}: this looks like ${meant.unit}`;
    const hint = `write ${meant.minutes} for ${value} ${meant.unit}`;
    return [{ code: 'lint/timeout-milliseconds', document, path: field.path, message, hint }];
  });
}

function meantMinutes(
  value: number,
  { most, oddFrom }: TimeField,
): { readonly unit: string; readonly minutes: number } | null {
  const isDays = value <= most && value % 1_440 === 0;
  if (value < oddFrom || isDays) return null;
  if (value >= 60_000 && value % 1_000 === 0) return { unit: 'milliseconds', minutes: Math.ceil(value / 60_000) };
  if (value % 300 === 0 && value <= 604_800) return { unit: 'seconds', minutes: value / 60 };
  return value % 1_000 === 0 ? { unit: 'milliseconds', minutes: Math.ceil(value / 60_000) } : null;
}

function longText(minutes: number): string {
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
