import { RECORD_BODIES } from './record-bodies.ts';

/** All kinds and events with the fields of their bodies, as a Markdown table, from the schema alone. */
export function eventTable(): string {
  const rows = [
    '| kind | event | what happened | fields of the body, `?` where they may be absent |',
    '| --- | --- | --- | --- |',
  ];
  for (const { kind, event, schema, about } of RECORD_BODIES) {
    const fields = Object.entries(schema.shape)
      .filter(([name]) => name !== 'event')
      .map(([name, field]) => `\`${name}${isOptional(field) ? '?' : ''}\``);
    rows.push(`| ${kind} | \`${event}\` | ${about} | ${fields.join(' ') || 'none'} |`);
  }
  return `${rows.join('\n')}\n`;
}

function isOptional(field: unknown): boolean {
  return typeof field === 'object' && field !== null && 'isOptional' in field && typeof field.isOptional === 'function'
    ? field.isOptional() === true
    : false;
}
