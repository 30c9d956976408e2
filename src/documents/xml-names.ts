/** A name without its prefix: the prefixes are a writer's choice. */
export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
