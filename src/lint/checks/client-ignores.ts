import type { FieldPath } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import { valueAt } from '../lint-document.ts';
import type { LintSeverity } from '../lint-code.ts';
import type { LintFault } from '../lint-fault.ts';

/** The build of the client that all of this was measured on, and the oldest one that was looked at. */
const MEASURED_VERSION = '2.1.329';
const OLDEST_VERSION = '2.1.197';

/** Fields that the daemon holds and that the client has no setting for. */
const UNKNOWN_TO_CLIENT: readonly { readonly path: FieldPath; readonly what: string }[] = [
  { path: ['session', 'max_duration_minutes'], what: 'the length of a session' },
  { path: ['session', 'idle_timeout_minutes'], what: 'how long a session may be idle' },
  { path: ['session', 'max_concurrent'], what: 'the number of sessions' },
];

/** Finds what the oldest client that the policy lets in does not know, and what no client knows. */
export function clientIgnored(context: LintContext): readonly LintFault[] {
  return [...oldClient(context), ...unknownFields(context), ...modelGlobs(context)];
}

function oldClient(context: LintContext): readonly LintFault[] {
  const { policy, table } = context;
  const version = policy.client.minimumVersion;
  if (!isOlder(version, MEASURED_VERSION)) return [];
  const path = ['client', 'minimum_version'];
  const fault = (message: string, severity: LintSeverity = 'warning'): LintFault => ({
    ...placed(context, path),
    code: 'lint/client-ignores',
    severity,
    message,
    hint: `write ${MEASURED_VERSION}, or accept that only the guard and the gateway hold it`,
  });
  if (isOlder(version, OLDEST_VERSION))
    return [fault(`clients older than ${OLDEST_VERSION} were never looked at; this lets ${version} in`)];
  const isOldest = version === OLDEST_VERSION;
  const which = isOldest ? version : `a client from ${version} on, as far as it is like ${OLDEST_VERSION},`;
  const denies = table.commands.some(({ verdict, mode }) => verdict === 'deny' && mode === 'enforce');
  return [
    fault(`${which} ignores \`allowedProviders\`: another model provider is held by the environment alone`),
    fault(`${which} starts without managed hooks under \`--bare\`, and with no policy where the document is no JSON`),
    ...(denies
      ? [
          fault(
            `${which} only asks for a denied program by its full path, in \`$( )\`, \`( )\`, \`{ }\` or behind a redirection`,
          ),
        ]
      : []),
  ];
}

function unknownFields(context: LintContext): readonly LintFault[] {
  return UNKNOWN_TO_CLIENT.filter(({ path }) =>
    context.documents.some(({ document }) => valueAt(document?.value, path) !== undefined),
  ).map(({ path, what }) => ({
    ...placed(context, path),
    code: 'lint/client-ignores',
    severity: 'note',
    message: `the client has no setting for ${what}: the daemon alone holds it`,
    hint: null,
  }));
}

function modelGlobs(context: LintContext): readonly LintFault[] {
  return (['allow', 'deny'] as const).flatMap((list): readonly LintFault[] => {
    const path = ['models', list];
    if (!context.policy.models[list].some((name) => name.includes('*'))) return [];
    const left = list === 'allow' ? 'the whole list' : 'such an entry';
    const message = `the client knows no \`*\` in the name of a model: ${left} is held by the gateway alone`;
    const hint = 'name the models in full where the client is to hold the list as well';
    return [{ ...placed(context, path), code: 'lint/client-ignores', severity: 'note', message, hint }];
  });
}

function placed({ documents, base }: LintContext, path: FieldPath): Pick<LintFault, 'document' | 'path'> {
  return { document: documents.findLast(({ document }) => valueAt(document?.value, path) !== undefined) ?? base, path };
}

function isOlder(one: string, other: string): boolean {
  const [a = [], b = []] = [one, other].map((text) => text.split('.').map(Number));
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}
