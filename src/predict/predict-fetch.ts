import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import type { ClientSettings } from './client-settings.ts';
import { matchesHost } from './host-rule.ts';
import { isOpenUrl } from './open-hosts.ts';
import type { Mode, Prediction, RuleList } from './prediction.ts';

/** Predicts calls of WebFetch. Deny rules for the whole tool are settled before. */
export function fetchPredictor(settings: ClientSettings): (input: JsonObject, mode: Mode) => Prediction {
  const ruleFor = (list: RuleList, host: string): string | null =>
    settings.rules[list].find(
      (rule) =>
        rule.tool === 'WebFetch' &&
        (rule.kind === 'tool' || (rule.kind === 'content' && matchesHost(rule.content, host))),
    )?.text ?? null;
  return (input, mode) => {
    const written = stringField(input, 'url') ?? '';
    if (!URL.canParse(written)) return { verdict: 'allow', rule: null, why: 'the call fails by itself: no URL' };
    const url = new URL(written);
    const denied = ruleFor('deny', url.hostname);
    if (denied !== null) return { verdict: 'deny', rule: denied, why: 'the host is denied' };
    const asked = ruleFor('ask', url.hostname);
    if (asked !== null) return { verdict: 'ask', rule: asked, why: 'a rule asks for the host' };
    if (mode === 'bypassPermissions') return { verdict: 'allow', rule: null, why: 'the mode asks for nothing' };
    const allowed = ruleFor('allow', url.hostname);
    if (allowed !== null) return { verdict: 'allow', rule: allowed, why: 'the host is allowed' };
    if (isOpenUrl(url)) return { verdict: 'allow', rule: null, why: 'documentation that the client always fetches' };
    return { verdict: 'ask', rule: null, why: 'no rule names the host' };
  };
}
