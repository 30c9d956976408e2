import { isCredentialName } from './credential.ts';
import { membersOf, textAt } from './ledger.ts';
import type { Cursor, Ledger, Outcome } from './ledger.ts';
import { always, notTaken, taken, wrongType } from './outcomes.ts';
import type { PolicyDraft } from './policy-draft.ts';

/** Variables that every compiled policy pins, so that neither a repository nor a shell can set them. */
const PINNED =
  /^(?:HTTPS?_PROXY|https?_proxy|ALL_PROXY|all_proxy|NO_PROXY|no_proxy|CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC|CLAUDE_CODE_SUBPROCESS_ENV_SCRUB|CLAUDE_CODE_USE_(?:VERTEX|FOUNDRY|MANTLE)|CLAUDE_CODE_SIMPLE|CLAUDE_CODE_ENABLE_TELEMETRY|DISABLE_AUTOUPDATER|ANTHROPIC_(?:CUSTOM_HEADERS|VERTEX_BASE_URL|FOUNDRY_BASE_URL|UNIX_SOCKET)|BUN_OPTIONS|LD_PRELOAD|LD_AUDIT|BASH_ENV|ENV|CURL_HOME|OTEL_\w+|PATH)$/;

/** Imports the `env` object. A value that can be a credential is neither shown nor taken over. */
export function importEnv(cursor: Cursor, books: Ledger, draft: PolicyDraft): void {
  for (const [name, member] of membersOf(cursor)) {
    const { node } = member;
    if (node.kind === 'object' || node.kind === 'array' || node.kind === 'null') {
      books.tell(member, wrongType('sets the variable to the text `[object Object]` or the like'));
      continue;
    }
    const client = `${node.kind === 'string' ? 'sets' : 'writes the value as text and sets'} the variable, for itself and for commands`;
    books.tell(member, {
      ...outcomeOf(name, String(node.value), member, client, books, draft),
      isSecret: isHidden(name, node),
    });
  }
}

function isHidden(name: string, node: Cursor['node']): boolean {
  return isCredentialName(name) || (node.kind === 'string' && /\/\/[^/]*@/.test(node.value));
}

function outcomeOf(
  name: string,
  value: string,
  cursor: Cursor,
  client: string,
  books: Ledger,
  draft: PolicyDraft,
): Outcome {
  const source = books.placeOf(cursor);
  if (isCredentialName(name)) {
    const became =
      'nothing: a credential in a file that everyone on the machine can read; revoke it, and give it to the daemon';
    return { code: 'import/secret', severity: 'warning', client, became };
  }
  switch (name) {
    case 'ANTHROPIC_BASE_URL':
    case 'ANTHROPIC_BEDROCK_BASE_URL': {
      const url = textAt(cursor);
      if (url === null || !/^https:\/\/[\w.-]+(?::\d+)?(?:\/[\w./-]*)?$/.test(url))
        return notTaken(client, 'the address of the model service is an `https` URL');
      const field = name === 'ANTHROPIC_BASE_URL' ? 'providers.anthropic.upstream' : 'providers.bedrock.upstream';
      draft.setValue(field, url, source);
      return taken(client, `${field}: requests reach it through the gateway`);
    }
    case 'CLAUDE_CODE_USE_BEDROCK': {
      const isOn = /^(?:1|true|yes|on)$/i.test(value);
      draft.setValue('providers.use', isOn ? 'bedrock' : 'anthropic', source);
      return taken(client, `providers.use: ${isOn ? 'bedrock' : 'anthropic'}`);
    }
    case 'AWS_REGION':
    case 'AWS_DEFAULT_REGION':
      if (!/^[a-z]{2}(?:-[a-z]{1,10}){1,2}-\d{1,2}$/.test(value)) return notTaken(client, 'this is no AWS region');
      draft.setValue('providers.bedrock.region', value, source);
      return taken(client, `providers.bedrock.region: ${value}`);
  }
  if (name.startsWith('OTEL_')) return notTaken(client, 'the compiled policy pins telemetry variables of the client');
  if (PINNED.test(name))
    return always(client, 'no field: the compiled policy pins this variable to a value of its own');
  return notTaken(client, 'a policy sets no variables; set it where the session is started');
}
