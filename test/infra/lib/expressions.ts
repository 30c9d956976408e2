/** One thing that an expression names: `var.name`, `local.x`, `module.m.output`, `aws_vpc.this.id`, `data.aws_region.here.name`. */
export type Reference =
  | { readonly kind: 'variable' | 'local'; readonly name: string }
  | { readonly kind: 'module'; readonly name: string; readonly output: string | null }
  | {
      readonly kind: 'resource' | 'data';
      readonly type: string;
      readonly name: string;
      readonly attribute: string | null;
    };

/** What all expressions inside a value name, in the order found. A value is what the parser gives: text, lists and bodies. */
export function referencesIn(value: unknown): readonly Reference[] {
  return expressionsIn(value).flatMap(referencesOf);
}

/** The expressions inside a value, with the plain text of their strings taken out. */
export function expressionsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return codeOf(value);
  if (Array.isArray(value)) return value.flatMap(expressionsIn);
  if (typeof value !== 'object' || value === null) return [];
  // A key may be an expression too: `"${local.service}.rule" = …`.
  return Object.entries(value).flatMap(([key, inner]) => [...codeOf(key), ...expressionsIn(inner)]);
}

const INDEX = String.raw`(?:\[[^\]]*\])?`;
const REFERENCES: readonly (readonly [RegExp, (found: RegExpMatchArray) => Reference])[] = [
  [/(?<![\w.-])var\.([\w-]+)/gu, ([, name = '']) => ({ kind: 'variable', name })],
  [/(?<![\w.-])local\.([\w-]+)/gu, ([, name = '']) => ({ kind: 'local', name })],
  [
    new RegExp(String.raw`(?<![\w.-])module\.([\w-]+)${INDEX}(?:\.([\w-]+))?`, 'gu'),
    ([, name = '', output]) => ({ kind: 'module', name, output: output ?? null }),
  ],
  [
    new RegExp(
      String.raw`(?<![\w.-])(data\.)?(aws_\w+|terraform_data|time_\w+|random_\w+)\.([\w-]+)${INDEX}(?:\.([\w-]+))?`,
      'gu',
    ),
    ([, data, type = '', name = '', attribute]) => ({
      kind: data === undefined ? 'resource' : 'data',
      type,
      name,
      attribute: attribute ?? null,
    }),
  ],
];

function referencesOf(code: string): readonly Reference[] {
  return REFERENCES.flatMap(([pattern, made]) => [...code.matchAll(pattern)].map((found) => made(found)));
}

/** The parts of a template that are code: what stands between `${` or `%{` and its brace. */
function codeOf(template: string): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < template.length; at += 1) {
    if (!opens(template, at)) continue;
    const end = codeEnd(template, at + 2, found);
    at = end;
  }
  return found;
}

/** Whether an interpolation begins here: a doubled sign is the sign itself. */
function opens(text: string, at: number): boolean {
  return (text[at] === '$' || text[at] === '%') && text[at + 1] === '{' && text[at - 1] !== text[at];
}

/** Reads code up to the brace that closes it, pushes it without the text of its strings, and gives the brace's place. */
function codeEnd(text: string, start: number, found: string[]): number {
  let code = '';
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at] ?? '';
    const heredoc = char === '<' ? /^<<-?(\w+)\n([\s\S]*?)\n\s*\1(?!\w)/u.exec(text.slice(at)) : null;
    if (heredoc) {
      found.push(...codeOf(heredoc[2] ?? ''));
      code += '""';
      at += heredoc[0].length - 1;
    } else if (char === '"') {
      at = stringEnd(text, at + 1, found);
      code += '""';
    } else if (char === '}' && depth === 0) {
      found.push(code);
      return at;
    } else {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      code += char;
    }
  }
  found.push(code);
  return text.length;
}

/** Reads a quoted string up to its end; code inside is pushed. */
function stringEnd(text: string, start: number, found: string[]): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
    else if (opens(text, at)) at = codeEnd(text, at + 2, found);
  }
  return text.length;
}
