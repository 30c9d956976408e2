import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TERRAFORM_ROOT } from './lib/terraform.ts';

interface Message {
  readonly file: string;
  readonly variable: string;
  /** Whether Terraform shows the value by itself; of a list it shows the length alone. */
  readonly isPlain: boolean;
  readonly text: string;
}

const MESSAGES: readonly Message[] = globSync('{modules,stacks,examples}/**/*.tf', { cwd: TERRAFORM_ROOT })
  .filter((file) => !file.includes('/.terraform/'))
  .sort()
  .flatMap((file) => messagesOf(file, readFileSync(join(TERRAFORM_ROOT, file), 'utf8')));

/** What a newcomer gives by hand, or writes into the policy. */
const GIVEN = /^(?:stacks|examples|modules\/policy-rules)\//u;

test('each message about a variable names it', (t) => {
  assert.ok(MESSAGES.length > 400, `${MESSAGES.length}`);
  assert.deepEqual(MESSAGES.filter(({ variable, text }) => !text.toLowerCase().includes(variable)).map(told), []);
  t.diagnostic(`infra: messages about variables = ${MESSAGES.length}`);
});

test('a message about a list that is given by hand says what of it is wrong, or that it is empty', () => {
  const silent = MESSAGES.filter(({ file, isPlain, text }) => GIVEN.test(file) && !isPlain && !/\$\{/u.test(text));
  const isSaid =
    /\b(?:empty|null|neither|names no host|must not hold|differ)\b|must be (?:the object|documents|rules|the text)|lead past|that could stand/u;
  assert.deepEqual(silent.filter(({ text }) => !isSaid.test(text)).map(told), []);
});

test('a message is a sentence that ends', () => {
  assert.deepEqual(MESSAGES.filter(({ text }) => !/[.!?]$/u.test(text)).map(told), []);
});

function messagesOf(file: string, text: string): readonly Message[] {
  return text.split(/^(?=variable ")/mu).flatMap((block) => {
    const variable = /^variable "([^"]+)"/u.exec(block)?.[1];
    if (variable === undefined) return [];
    const type = /^ {2}type\s*=\s*(\w+)/mu.exec(block)?.[1] ?? 'any';
    return [...block.matchAll(/^ {4}error_message\s*=\s*"([\s\S]*?)"\n {2}\}/gmu)].map(([, said = '']) => ({
      file,
      variable,
      isPlain: ['string', 'number', 'bool'].includes(type),
      text: said,
    }));
  });
}

function told({ file, variable, text }: Message): string {
  return `${file}: ${variable}: ${text.slice(0, 120)}`;
}
