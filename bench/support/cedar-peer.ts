import * as cedar from '@cedar-policy/cedar-wasm/nodejs';

/** The same rules as Cedar policies, parsed once, asked as its documentation advises for speed. */
export interface CedarPeer {
  path(path: string): boolean;
  command(commandLine: string): boolean;
}

/**
 * @param pathRules as many forbids on paths, in turn by name and by folder.
 * @param commandRules as many forbids on a program with a flag; one permit comes on top.
 */
export function cedarPeer(pathRules: number, commandRules: number, workspace: string): CedarPeer {
  const policies = ['permit(principal, action, resource);'];
  for (let at = 0; at < pathRules; at += 1) {
    const like = at % 2 === 0 ? `*/.git/config-${at}` : `*/secret-${at}/*`;
    policies.push(`forbid(principal, action == Action::"read", resource) when { context.path like "${like}" };`);
  }
  for (let at = 0; at < commandRules; at += 1) {
    const when = `context.program == "program-${at}" && context.words.contains("--flag")`;
    policies.push(`forbid(principal, action == Action::"run", resource) when { ${when} };`);
  }
  const policySet = { staticPolicies: Object.fromEntries(policies.map((text, at) => [`p${at}`, text])) };
  const answer = cedar.preparsePolicySet('bench', policySet);
  if (answer.type !== 'success') throw new Error(`the peer cannot read its policies: ${JSON.stringify(answer)}`);
  const ask = (action: string, context: Record<string, string | string[]>): boolean => {
    const result = cedar.statefulIsAuthorized({
      principal: { type: 'Agent', id: 'a' },
      action: { type: 'Action', id: action },
      resource: { type: 'Workspace', id: workspace },
      context,
      preparsedPolicySetId: 'bench',
      entities: [],
    });
    if (result.type !== 'success') throw new Error(`the peer failed: ${JSON.stringify(result)}`);
    return result.response.decision === 'allow';
  };
  return {
    path: (path) => ask('read', { path }),
    command(commandLine) {
      const [program = '', ...words] = commandLine.split(' ');
      return ask('run', { program, words });
    },
  };
}
