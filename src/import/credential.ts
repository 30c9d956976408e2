/** Whether a variable, a header or an option of this name holds a credential. */
export function isCredentialName(name: string): boolean {
  return NAME.test(name.replace(/^-+/, '').replaceAll('-', '_'));
}

const NAME =
  /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|AUTH|AUTHORIZATION|COOKIE)(?:_|$)|_(?:KEY|PAT|PWD)$|^PAT$|HEADERS$/i;

/** Whether a value is one by its look: a known form, a word of a scheme behind which one stands, a long mixed word. */
export function looksLikeCredential(value: string): boolean {
  const text = withoutReferences(value);
  if (FORMS.test(text) || /\/\/[^/\s:@]*:[^/\s@]+@/.test(text)) return true;
  return (text.match(/[A-Za-z0-9_+=-]{24,}/g) ?? []).some(
    (word) => /\d/.test(word) && /[A-Z]/.test(word) && /[a-z]/.test(word),
  );
}

const FORMS =
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|sk-|sk_live_|rk_live_|hf_|npm_|AKIA|ASIA|AIza|eyJ)[A-Za-z0-9_-]{8,}|-----BEGIN |^(?:Bearer|Basic|Token)\s+\S/i;

/** A text without its credentials: each is the variable that the launcher sets in its place. */
export interface WithoutCredential {
  readonly text: string;
  /** The variables that stand in it now; empty where there was no credential. */
  readonly variables: readonly string[];
}

/**
 * Puts a variable in the place of the credential in a value.
 *
 * @param name of the variable, header or option that the value is for.
 * @param variable what to call the variable.
 */
export function withoutCredential(name: string, value: string, variable: string): WithoutCredential {
  const isNamed = isCredentialName(name);
  const scheme = /^(Bearer|Basic|Token)\s+(?=\S)/i.exec(value)?.[0] ?? '';
  const rest = value.slice(scheme.length);
  if ((isNamed || scheme !== '') && withoutReferences(rest).trim() !== '')
    return { text: `${scheme}\${${variable}}`, variables: [variable] };
  const query = withoutQuery(value, variable);
  if (query.variables.length > 0 && !looksLikeCredential(query.text)) return query;
  return looksLikeCredential(value)
    ? { text: `\${${variable}}`, variables: [variable] }
    : { text: value, variables: [] };
}

/** `${NAME}` is no credential; what stands behind `:-` in it can be one. */
function withoutReferences(value: string): string {
  return value.replaceAll(/\$\{([^}]*)\}/g, (_, inner: string) => /:-(.*)$/s.exec(inner)?.[1] ?? '');
}

/** `?api_key=…` of a URL. */
function withoutQuery(value: string, variable: string): WithoutCredential {
  const variables: string[] = [];
  const text = value.replaceAll(/([?&])([\w.-]+)=([^&#\s]+)/g, (whole, sign: string, key: string, given: string) => {
    if (withoutReferences(given) === '' || !(isCredentialName(key) || looksLikeCredential(given))) return whole;
    const named = `${variable}_${key.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
    variables.push(named);
    return `${sign}${key}=\${${named}}`;
  });
  return { text, variables };
}
