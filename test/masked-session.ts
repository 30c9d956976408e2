import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startScriptedModel } from '../src/drill/index.ts';
import type { ScriptedModel, ScriptedRequest, Turn } from '../src/drill/index.ts';
import { makeHome, ROOT, sallyportBeside, startDaemonProcess } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

/** Values of the forms that detectors know, made here so that no file of the project holds one. */
export const TOKEN = ['ghp', `${'aB3dE5gH7j'.repeat(3)}k9Lm2P`].join('_');
export const MAIL = ['grace.tanaka', 'northwind-labs.com'].join('@');
const PHONE = ['+1 415', '555', '0132'].join('-');
/** Nothing tells that it is one but the name in front of it. */
const PASSWORD = ['Tr0ub4', 'dor3xKq'].join('');
export const PLANTED = [TOKEN, MAIL, PHONE, PASSWORD];

export const NOTES = `first line\ntoken = ${TOKEN}\nowner: ${MAIL}, call ${PHONE}\nDB_PASSWORD=${PASSWORD}\nlast line\n`;

/** What the model sees of the notes, and does with it: it edits the file, runs a command with the token, and speaks of the owner. */
function script(workspace: string): (request: ScriptedRequest) => Turn {
  return (request) => {
    const path = join(workspace, 'notes.txt');
    const seen = request.bodyBytes.toString();
    const [token = ''] = /qzSECRET[0-9a-z]{16}/.exec(seen) ?? [];
    const [mail = ''] = /qzEMAIL[0-9a-z]{16}/.exec(seen) ?? [];
    switch (request.turn) {
      case 0:
        return { toolUses: [{ name: 'Read', input: { file_path: path } }] };
      case 1:
        return {
          text: `I see ${mail}.`,
          toolUses: [
            {
              name: 'Edit',
              input: { file_path: path, old_string: `token = ${token}`, new_string: `token = "${token}" # ${mail}` },
            },
          ],
        };
      case 2: {
        const command = `printf %s '${token}' | sha256sum`;
        return { toolUses: [{ name: 'Bash', input: { command, description: 'digest' } }] };
      }
      case 3: {
        const [password = ''] = /(?<=DB_PASSWORD=)qzSECRET[0-9a-z]{16}/.exec(seen) ?? [];
        return { toolUses: [{ name: 'WebFetch', input: { url: `https://docs.rs/?q=${password}`, prompt: 'x' } }] };
      }
      default:
        return { text: `The owner is ${mail}, and the token is ${token}.` };
    }
  };
}

/** What the owner of the sessions has for the model services. */
export const KEYS = {
  ANTHROPIC_API_KEY: 'sk-owner-key',
  AWS_ACCESS_KEY_ID: 'AKIDOWNER',
  AWS_SECRET_ACCESS_KEY: 'owner-secret',
};

/** Runs the client in a governed session of its own. */
export async function run(
  home: Home,
  workspace: string,
  prompt: string,
  more: readonly string[] = [],
): ReturnType<typeof sallyportBeside> {
  const words = ['run', '--', 'claude', '-p', prompt, '--output-format', 'stream-json', '--verbose', ...more];
  return await sallyportBeside(home, words, { cwd: workspace, env: KEYS });
}

export interface MaskedStage {
  readonly home: Home;
  readonly model: ScriptedModel;
  readonly workspace: string;
  readonly restart: () => Promise<void>;
}

/** A daemon that masks credentials and personal data, in front of a model that follows the script. */
export async function stage(
  t: { after(fn: () => Promise<void> | void): void },
  provider: 'anthropic' | 'bedrock',
  more = '',
): Promise<MaskedStage> {
  let answer: (request: ScriptedRequest) => Turn = () => ({ text: 'not yet' });
  const model = await startScriptedModel({ script: (request) => answer(request) });
  t.after(() => model.close());
  const policy = readFileSync(join(ROOT, 'policies', 'default.yaml'), 'utf8')
    .replace(/^ {2}use: .*$/m, `  use: ${provider}`)
    .replace(/^ {4}upstream: .*$/m, `    upstream: ${model.url}`)
    .replace(/^ {4}region: .*$/m, `$&\n    upstream: ${model.url}`)
    .replace(/^( +personal:) .*$/m, '$1 mask')
    .concat(more);
  const home = makeHome(t, policy);
  const workspace = join(home.folder, 'work');
  mkdirSync(workspace);
  execFileSync('git', ['init', '-q'], { cwd: workspace, env: home.env });
  writeFileSync(join(workspace, 'notes.txt'), NOTES);
  answer = script(workspace);
  let daemon = await startDaemonProcess(t, home);
  return {
    home,
    model,
    workspace,
    restart: async () => {
      await daemon.end('SIGTERM');
      daemon = await startDaemonProcess(t, home);
    },
  };
}
