import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanner } from '../scan/scanner.ts';
import { drawnText, seeded } from './drawn-text.ts';
import { TOKEN_RULES } from './token-table.ts';
import { DEFAULT_TOKEN_BYTES, tokenDetector } from './token-rule.ts';
import type { TokenRule } from './token-rule.ts';

const SCENE = { source: 'repository-file', path: null } as const;
const random = seeded(20_261_121);

/** Words that must stand in front of some tokens. */
const CONTEXT: Readonly<Record<string, string>> = {
  'azure-shared-access-signature': 'https://x.blob.core.windows.net/c?sv=2024-01-01&',
  'gocardless-token': 'gocardless ',
};

function token(rule: TokenRule): string {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const lead = rule.lead === undefined ? '' : drawnText(rule.lead, random);
    const text = drawnText(rule.shape, random);
    const context = CONTEXT[rule.id] ?? '';
    if (rule.check === undefined || rule.check(`${lead}${text}`) !== 'refuted') return `${context}${lead}${text}`;
  }
  throw new TypeError(`no token of ${rule.id} can be drawn`);
}

function finds(rule: TokenRule, text: string): boolean {
  return scanner([tokenDetector(rule)]).scanText(text, SCENE).length > 0;
}

for (const rule of TOKEN_RULES) {
  test(`${rule.id} is found wherever it is written, and not where it is none`, () => {
    let [found, tries] = [0, 0];
    for (let draw = 0; draw < 20; draw += 1) {
      const drawn = drawable(rule) ? token(rule) : null;
      if (drawn === null) continue;
      tries += 1;
      if (finds(rule, drawn)) found += 1;
    }
    // One token in a hundred looks made up by chance; short ones do more often.
    assert.ok(found >= 0.8 * tries, `${found} of ${tries} are found`);
    if (tries === 0) return;
    const sample = firstFound(rule);
    assert.ok(finds(rule, `KEY="${sample}"`), 'in quotes');
    assert.ok(finds(rule, `{"env":"A=1\\n${sample}"}`), 'behind an escaped line end');
    assert.ok(!finds(rule, sample.replace(/[A-Za-z0-9]/g, 'x')), 'masked');
  });
}

test('a token is not found within a longer word', () => {
  const rule = TOKEN_RULES.find(({ id }) => id === 'github-token');
  assert.ok(rule !== undefined);
  const sample = firstFound(rule);
  assert.ok(!finds(rule, `my${sample}`));
  assert.ok(!finds(rule, sample.slice(0, 30)));
});

test('every rule has its own keywords in what its shape describes', () => {
  for (const rule of TOKEN_RULES.filter(drawable)) {
    const drawn = token(rule).toLowerCase();
    assert.ok(
      rule.keywords.some((keyword) => drawn.includes(keyword)),
      rule.id,
    );
  }
});

test('no token is longer than its rule says', () => {
  for (const rule of TOKEN_RULES) {
    const lengths = Array.from({ length: 20 }, () => drawnText(rule.shape, random).length);
    lengths.push(drawnText(rule.shape, () => 0.999_999).length);
    assert.ok(Math.max(...lengths) <= (rule.maxBytes ?? DEFAULT_TOKEN_BYTES), rule.id);
  }
});

test('a token that is cut into joined literals is found, with all of its parts', () => {
  const rule = TOKEN_RULES.find(({ id }) => id === 'github-token');
  assert.ok(rule !== undefined);
  const sample = firstFound(rule);
  const [left, right] = [sample.slice(0, 20), sample.slice(20)];
  for (const text of [
    `x = "${left}" + "${right}"`,
    `x = '${left}'\n  + '${right}'`,
    `x = ("${left}"\n     "${right}")`,
    `$x = '${left}' . '${right}';`,
    `X=${left}\\\n${right}`,
    `{"a":"\\"${left}\\" + \\"${right}\\""}`,
  ]) {
    const [finding] = scanner([tokenDetector(rule)]).scanText(text, SCENE);
    assert.equal(text.slice(finding?.startByte, finding?.endByte).endsWith(right), true, text.replace(sample, '…'));
  }
});

/** Sentry's tokens hold JSON, which no shape describes. */
function drawable(rule: TokenRule): boolean {
  return rule.id !== 'sentry-token' && rule.id !== 'wordpress-salt';
}

function firstFound(rule: TokenRule): string {
  for (let draw = 0; draw < 100; draw += 1) {
    const drawn = token(rule);
    if (finds(rule, drawn)) return drawn;
  }
  throw new TypeError(`no token of ${rule.id} is found`);
}
