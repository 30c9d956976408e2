import { readFileSync } from 'node:fs';
import { isJsonObject } from '../src/core/json.ts';
import type { Json, JsonObject } from '../src/core/json.ts';

interface Attribute {
  readonly type: string;
  readonly object_type?: string;
  readonly is_array?: boolean;
  readonly requirement?: 'required' | 'recommended' | 'optional';
  /** Sets of attributes that it belongs to; it stands only in an event that names one of them. */
  readonly profiles?: readonly string[];
  readonly enum?: Readonly<Record<string, string>>;
  readonly deprecated?: boolean;
}

interface Shape {
  readonly uid: number | null;
  readonly constraints: { readonly at_least_one?: readonly string[]; readonly just_one?: readonly string[] };
  readonly profiles: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

interface Schema {
  readonly version: string;
  readonly types: Readonly<
    Record<
      string,
      {
        readonly type?: string;
        readonly regex?: string;
        readonly range?: readonly [number, number];
        readonly max_len?: number;
      }
    >
  >;
  readonly classes: Readonly<Record<string, Shape & { readonly name: string }>>;
  readonly objects: Readonly<Record<string, Shape>>;
}

/** The framework's own schema, as `scripts/ocsf-schema.ts` reduced it. */
export const OCSF_SCHEMA = JSON.parse(
  readFileSync(new URL('../schema/ocsf/1.8.0.json', import.meta.url), 'utf8'),
) as Schema;

/**
 * What the framework's schema finds wrong with an event: unknown or deprecated attributes, missing required ones, wrong
 * types, numbers without a meaning, captions that do not fit their number, broken constraints. Each with its place.
 */
export function ocsfFaults(event: JsonObject): readonly string[] {
  const shape = Object.values(OCSF_SCHEMA.classes).find(({ uid }) => uid === event['class_uid']);
  if (shape === undefined) return ['class_uid: no class that is kept'];
  const metadata = event['metadata'];
  const named = isJsonObject(metadata) && Array.isArray(metadata['profiles']) ? metadata['profiles'] : [];
  const profiles = named.filter((name): name is string => typeof name === 'string');
  const faults = profiles.flatMap((name) =>
    shape.profiles.includes(name) ? [] : [`profile ${name} is not of the class`],
  );
  checkShape(event, shape, '', profiles, faults);
  if (event['type_uid'] !== Number(event['class_uid']) * 100 + Number(event['activity_id']))
    faults.push('type_uid: does not fit');
  for (const name of ['class', 'category', 'severity', 'activity', 'status', 'action', 'disposition']) {
    checkCaption(event, shape, name, faults);
  }
  return faults;
}

function checkShape(
  object: JsonObject,
  { attributes, constraints }: Shape,
  place: string,
  profiles: readonly string[],
  faults: string[],
): void {
  const isOurs = ({ profiles: of }: Attribute): boolean =>
    of === undefined || of.some((name) => profiles.includes(name));
  for (const [name, value] of Object.entries(object)) {
    const attribute = attributes[name];
    if (attribute === undefined || !isOurs(attribute)) faults.push(`${place}${name}: unknown`);
    else if (attribute.deprecated === true) faults.push(`${place}${name}: deprecated`);
    else checkValue(value, attribute, `${place}${name}`, profiles, faults);
  }
  for (const [name, attribute] of Object.entries(attributes)) {
    if (attribute.requirement === 'required' && isOurs(attribute) && !(name in object))
      faults.push(`${place}${name}: missing`);
  }
  const { at_least_one: some, just_one: one } = constraints;
  if (some !== undefined && !some.some((name) => name in object)) faults.push(`${place}: none of ${some.join(', ')}`);
  if (one !== undefined && one.filter((name) => name in object).length !== 1)
    faults.push(`${place}: not one of ${one.join(', ')}`);
}

function checkValue(
  value: Json,
  attribute: Attribute,
  place: string,
  profiles: readonly string[],
  faults: string[],
): void {
  if (attribute.is_array === true) {
    if (!Array.isArray(value)) return void faults.push(`${place}: no list`);
    const items: readonly Json[] = value;
    for (const [at, item] of items.entries()) checkOne(item, attribute, `${place}[${at}]`, profiles, faults);
    return;
  }
  checkOne(value, attribute, place, profiles, faults);
}

function checkOne(
  value: Json,
  attribute: Attribute,
  place: string,
  profiles: readonly string[],
  faults: string[],
): void {
  const { type, object_type: objectType, enum: values } = attribute;
  if (values !== undefined && !Object.hasOwn(values, plain(value)))
    faults.push(`${place}: ${plain(value)} has no meaning`);
  if (type !== 'object_t') return checkType(value, type, place, faults);
  if (!isJsonObject(value)) return void faults.push(`${place}: no object`);
  if (objectType === 'object') return;
  const shape = OCSF_SCHEMA.objects[objectType ?? ''];
  if (shape === undefined) return void faults.push(`${place}: ${objectType ?? 'nothing'} is no object that is kept`);
  checkShape(value, shape, `${place}.`, profiles, faults);
}

function checkType(value: Json, type: string, place: string, faults: string[]): void {
  const facts = OCSF_SCHEMA.types[type];
  if (facts === undefined) return void faults.push(`${place}: no type ${type}`);
  switch (facts.type ?? type) {
    case 'string_t':
      if (typeof value !== 'string') faults.push(`${place}: no string`);
      else if (facts.regex !== undefined && !new RegExp(facts.regex).test(value)) faults.push(`${place}: not ${type}`);
      else if (facts.max_len !== undefined && value.length > facts.max_len) faults.push(`${place}: too long`);
      break;
    case 'integer_t':
    case 'long_t':
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) faults.push(`${place}: no integer`);
      else if (facts.range !== undefined && (value < facts.range[0] || value > facts.range[1]))
        faults.push(`${place}: out of range`);
      break;
    case 'float_t':
      if (typeof value !== 'number') faults.push(`${place}: no number`);
      break;
    case 'boolean_t':
      if (typeof value !== 'boolean') faults.push(`${place}: no boolean`);
      break;
    case 'json_t':
      break;
    default:
      faults.push(`${place}: type ${type} has no check`);
  }
}

/** A caption beside a number says what the schema says of it, unless the number is that of what the schema has no name for. */
function checkCaption(event: JsonObject, shape: Shape, name: string, faults: string[]): void {
  const idName = name === 'class' || name === 'category' ? `${name}_uid` : `${name}_id`;
  const captionName = name === 'class' || name === 'category' || name === 'activity' ? `${name}_name` : name;
  const [id, caption] = [event[idName], event[captionName]];
  if (id === undefined || caption === undefined || id === 99) return;
  const said = shape.attributes[idName]?.enum?.[plain(id)];
  if (said !== caption) faults.push(`${captionName}: ${plain(caption)} where the schema says ${String(said)}`);
}

function plain(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
