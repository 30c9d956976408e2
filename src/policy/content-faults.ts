import { companyFaults } from '../core/company-faults.ts';
import type { CompanyLists } from '../core/company-lists.ts';
import type { ContentAction } from '../core/content-rules.ts';
import { PROGRAM_KINDS } from '../core/engine-kind.ts';
import { MAX_ENGINES_MS } from './content-schema.ts';
import { quoted } from './fault.ts';
import type { Fault, FieldPath } from './fault.ts';
import type { Report } from './meaning-faults.ts';
import { companyOf } from './policy-of.ts';
import type { WrittenPolicy } from './policy-schema.ts';
import { upstreamUrl } from './upstream-url.ts';

/** What cannot be meant about content: lists with faults, and lists or actions that have nothing to do. */
export function contentFaults({ layer, dlp, company }: WrittenPolicy, report: Report): readonly Fault[] {
  const lists = companyOf(company);
  const hasLists = lists.words.length + lists.patterns.length > 0;
  return [
    ...listFaults(lists).map(({ path, fault }) => report('policy/wrong-form', 'error', path, fault, null)),
    // A layer that writes one of the two has the other from the document under it.
    ...(layer === 'base' && hasLists && !doesAnything(dlp?.company)
      ? [report('policy/no-effect', 'warning', ['company'], 'nothing is done with what these lists find', SAY_WHAT)]
      : []),
    ...(layer === 'base' && !hasLists && doesAnything(dlp?.company)
      ? [report('policy/no-effect', 'warning', ['dlp', 'company'], '`company` lists nothing that could be found', null)]
      : []),
  ];
}

/** The first fault of each list, or of all lists together, and where it stands. */
export function listFaults(lists: CompanyLists): readonly { readonly path: FieldPath; readonly fault: string }[] {
  const alone = [
    ...lists.words.map((list) => ({ path: ['company', 'words', list.name], of: { words: [list], patterns: [] } })),
    ...lists.patterns.map((list) => ({
      path: ['company', 'patterns', list.name],
      of: { words: [], patterns: [list] },
    })),
  ].flatMap(({ path, of }) =>
    companyFaults(of)
      .slice(0, 1)
      .map((fault) => ({ path, fault })),
  );
  if (alone.length > 0) return alone;
  return companyFaults(lists)
    .slice(0, 1)
    .map((fault) => ({ path: ['company'], fault }));
}

const SAY_WHAT = 'write `dlp.company`, such as `mask`';

function doesAnything(action: ContentAction | undefined): boolean {
  return action !== undefined && action !== 'allow';
}

/** What cannot be meant about engines. */
export function engineFaults(policy: WrittenPolicy, report: Report): readonly Fault[] {
  const { engines } = policy;
  const names = engines.map(({ name }) => name);
  const twice = names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          report(
            'policy/contradiction',
            'error',
            ['engines', index, 'name'],
            `the engine ${quoted(name)} is given twice`,
            null,
          ),
        ],
  );
  const orders = [...new Set(engines.map(({ order }) => order))];
  const wholeMs = orders
    .map((order) => Math.max(...engines.filter((each) => each.order === order).map(({ timeout_ms }) => timeout_ms)))
    .reduce((sum, each) => sum + each, 0);
  const late =
    wholeMs <= MAX_ENGINES_MS
      ? []
      : [
          report(
            'policy/contradiction',
            'error',
            ['engines'],
            `engines of different order are asked one after the other: these may take ${wholeMs} ms together, and the guard answers before`,
            `at most ${MAX_ENGINES_MS} ms in all: lower \`timeout_ms\`, or give them one \`order\``,
          ),
        ];
  return [
    ...twice,
    ...late,
    ...engines.flatMap((engine, index) => fieldFaults(engine, index, report)),
    ...idleFaults(policy, report),
  ];
}

/** Which fields say what is done with what an engine of a kind finds. */
const FIELDS_OF_KIND: Readonly<Record<WrittenPolicy['engines'][number]['kind'], readonly string[]>> = {
  gitleaks: ['dlp.secret'],
  betterleaks: ['dlp.secret'],
  trufflehog: ['dlp.secret'],
  presidio: ['dlp.personal'],
  lakera: ['dlp.personal', 'dlp.company', 'injection.on_finding'],
  'llm-guard': ['dlp.secret', 'dlp.personal', 'dlp.company', 'injection.on_finding'],
};

/** Engines that are asked, and whose findings change nothing. A layer has its actions from the document under it. */
function idleFaults({ layer, engines, dlp, injection }: WrittenPolicy, report: Report): readonly Fault[] {
  if (layer !== 'base') return [];
  const heeded = new Set<string>([
    ...(['secret', 'personal', 'company'] as const)
      .filter((field) => doesAnything(dlp?.[field]))
      .map((field) => `dlp.${field}`),
    ...(injection?.on_finding === undefined && (injection?.taint ?? false) === false ? [] : ['injection.on_finding']),
  ]);
  return engines.flatMap(({ kind, name }, index) => {
    const fields = FIELDS_OF_KIND[kind];
    if (fields.some((field) => heeded.has(field))) return [];
    const message = `${quoted(name)} is asked, and nothing is done with what it finds`;
    const hint = `write ${fields.map((field) => `\`${field}\``).join(' or ')}`;
    return [report('policy/no-effect', 'warning', ['engines', index], message, hint)];
  });
}

/** Variables of the daemon's environment that are keys of something else. */
const NO_ENGINE_KEY = /^(?:ANTHROPIC|AWS|CLAUDE|SALLYPORT|BEDROCK|VERTEX)_/;

function fieldFaults(engine: WrittenPolicy['engines'][number], index: number, report: Report): readonly Fault[] {
  const path = ['engines', index];
  const isProgram = PROGRAM_KINDS.some((kind) => kind === engine.kind);
  const odd = (field: 'command' | 'url' | 'key_env' | 'verify'): readonly Fault[] => {
    const isSaid = field === 'verify' ? engine.verify : engine[field] !== undefined;
    const message = `${quoted(engine.kind)} has no \`${field}\``;
    return isSaid ? [report('policy/contradiction', 'error', [...path, field], message, null)] : [];
  };
  if (isProgram) {
    const [program = engine.kind] = engine.command ?? [];
    // A relative place would be looked for in whatever folder the daemon was started in.
    const isPlaced = program.startsWith('/') || !program.includes('/');
    const message = 'a program is named by its absolute path, or by its name on `PATH`';
    return [
      ...odd('url'),
      ...odd('key_env'),
      ...(engine.kind === 'trufflehog' ? [] : odd('verify')),
      ...(isPlaced ? [] : [report('policy/wrong-form', 'error', [...path, 'command', 0], message, null)]),
    ];
  }
  const rest: Fault[] = [...odd('command'), ...odd('verify')];
  if (engine.url === undefined) {
    const message = `${quoted(engine.kind)} needs the \`url\` of its service`;
    return [...rest, report('policy/missing-field', 'error', path, message, null)];
  }
  if (engine.key_env !== undefined && NO_ENGINE_KEY.test(engine.key_env)) {
    const message = 'this variable holds a key of models or of Sallyport, which no engine is given';
    rest.push(report('policy/wrong-form', 'error', [...path, 'key_env'], message, 'name the variable of its own key'));
  }
  const url = upstreamUrl(engine.url);
  return url.ok ? rest : [...rest, report('policy/wrong-form', 'error', [...path, 'url'], url.problem, null)];
}
