/**
 * Reduces the schema of the Open Cybersecurity Schema Framework to the classes and objects that records are mapped to, as
 * `schema/ocsf/VERSION.json`: `node scripts/ocsf-schema.ts FILE`, where FILE is what
 * `https://schema.ocsf.io/VERSION/export/v2/schema` gives. Names, types, requirements, numbers and constraints are kept as
 * they are; descriptions are left out.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isJsonObject } from '../src/core/json.ts';
import type { Json, JsonObject } from '../src/core/json.ts';
import { OCSF_CLASSES, OCSF_VERSION } from '../src/ocsf/index.ts';

/** Objects that events hold; an attribute whose object is not among them may not be used. */
const OBJECTS = [
  'actor',
  'ai_model',
  'analytic',
  'api',
  'application',
  'device',
  'evidences',
  'file',
  'finding_info',
  'fingerprint',
  'firewall_rule',
  'http_request',
  'http_response',
  'managed_entity',
  'message_context',
  'metadata',
  'network_endpoint',
  'object',
  'policy',
  'process',
  'product',
  'related_event',
  'request',
  'resource_details',
  'response',
  'service',
  'session',
  'url',
  'user',
];

const [, , file] = process.argv;
if (file === undefined) throw new TypeError('name the file of the whole schema');
const bytes = readFileSync(file);
const whole = objectAt(JSON.parse(bytes.toString('utf8')), []);
if (whole['version'] !== OCSF_VERSION) throw new TypeError(`this is not version ${OCSF_VERSION}`);

const reduced = {
  version: OCSF_VERSION,
  source: {
    address: `https://schema.ocsf.io/${OCSF_VERSION}/export/v2/schema`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    licence: 'Apache-2.0',
  },
  types: pick(objectAt(whole, ['dictionary', 'types', 'attributes']), ['type', 'regex', 'range', 'max_len', 'values']),
  classes: Object.fromEntries(
    Object.keys(OCSF_CLASSES).map((name) => [name, shapeOf(objectAt(whole, ['classes', name]))]),
  ),
  objects: Object.fromEntries(OBJECTS.map((name) => [name, shapeOf(objectAt(whole, ['objects', name]))])),
};
writeFileSync(new URL(`../schema/ocsf/${OCSF_VERSION}.json`, import.meta.url), `${JSON.stringify(reduced, null, 1)}\n`);

function shapeOf(definition: JsonObject): JsonObject {
  const { name, uid = null, constraints = {}, profiles = [] } = definition;
  const attributes = pick(objectAt(definition, ['attributes']), [
    'type',
    'object_type',
    'is_array',
    'requirement',
    'profiles',
    'enum',
    '@deprecated',
  ]);
  return { name: name ?? null, uid, constraints, profiles, attributes };
}

/** Some fields of each member; of an enumeration the captions alone. */
function pick(members: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(members)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, Object.fromEntries(fields.flatMap((field) => kept(member, field)))]),
  );
}

function kept(member: Json, field: string): readonly (readonly [string, Json])[] {
  const value = isJsonObject(member) ? member[field] : undefined;
  // Null: of no profile, whatever a profile of the same attribute says.
  if (value === undefined || value === null) return [];
  if (field === '@deprecated') return [['deprecated', true]];
  if (field !== 'enum' || !isJsonObject(value)) return [[field, value]];
  const captions = Object.entries(value).map(([key, entry]) => [
    key,
    isJsonObject(entry) ? (entry['caption'] ?? key) : key,
  ]);
  return [['enum', Object.fromEntries(captions) as JsonObject]];
}

function objectAt(value: unknown, path: readonly string[]): JsonObject {
  if (!isJsonObject(value)) throw new TypeError(`there is no object at ${path.join('.')}`);
  const [first, ...rest] = path;
  return first === undefined ? value : objectAt(value[first], rest);
}
