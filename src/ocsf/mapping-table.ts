import { OCSF_CLASSES } from './ocsf-class.ts';
import type { OcsfClass } from './ocsf-class.ts';
import { MAPPINGS } from './ocsf-of.ts';
import type { Mapping } from './reading.ts';
import { UNKNOWN_MAPPING } from './unknown-mapping.ts';

/** Which record becomes an event of which class, and why, as a Markdown table. */
export function mappingTable(): string {
  const rows = ['| record | class | activity | why |', '| --- | --- | --- | --- |'];
  // A permission that is asked for is mapped as the call itself.
  for (const mapping of MAPPINGS.filter(({ event }) => event !== 'PermissionRequest')) {
    const { kind, event, form } = mapping;
    const names = event === 'PreToolUse' ? ['PreToolUse', 'PermissionRequest'] : [event];
    const record = `${kind} ${names.map((name) => `\`${name}\``).join(', ')}${form === null ? '' : ` (${form})`}`;
    rows.push(rowOf(record, mapping));
  }
  rows.push(rowOf('anything else', UNKNOWN_MAPPING));
  return `${rows.join('\n')}\n`;
}

function rowOf(record: string, { className, activityId, activityName, why }: Omit<Mapping, 'kind'>): string {
  const { uid, name, activities }: OcsfClass = OCSF_CLASSES[className];
  const activity = activities[activityId] ?? 'Other';
  const told = activityName === undefined ? activity : `${activity}: ${activityName}`;
  return `| ${record} | ${name} ${uid} | ${activityId} ${told} | ${why} |`;
}
