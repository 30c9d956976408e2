import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { DataInvalid, UsageError } from '../core/error.ts';
import { isJsonObject } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { MODES, agreementOf, clientModel, readMeasuredCase } from '../predict/index.ts';
import type { Agreement, ClientScene, Mode, PlacedCase, Prediction } from '../predict/index.ts';
import { shownLine } from './shown-line.ts';

interface PredictOptions {
  readonly settings?: string;
  readonly cases?: string;
  readonly tool: string;
  readonly path?: string;
  readonly mode?: Mode;
  readonly cwd?: string;
  readonly home?: string;
  readonly json?: boolean;
}

/** Where measured cases took place, if nobody says otherwise. */
const MEASURED_SCENE: ClientScene = { cwd: '/workspace', home: '/home/dev' };

/** Adds `policy predict`. */
export function addPolicyPredictCommand(policy: Command): void {
  policy
    .command('predict')
    .description('say what the client by itself would do with a call under managed settings: no guard, no hook')
    .argument('[subject]', 'a command line; with --tool a path, a URL or a tool input as a JSON object')
    .option('--settings <file>', 'the managed settings')
    .option('--cases <file>', 'predict the measured cases of this file instead, a JSON object a line, and compare')
    .addOption(
      new Option('--tool <tool>', 'the tool that is called, such as Read, WebFetch or mcp__server__tool').default(
        'Bash',
      ),
    )
    .option('--path <path>', 'the path, for a tool on files')
    .addOption(
      new Option('--mode <mode>', 'permission mode of the session (default: that of the settings)').choices(MODES),
    )
    .option('--cwd <folder>', 'folder of the session (default: this one; for cases /workspace)')
    .option('--home <folder>', 'home folder (default: yours; for cases /home/dev)')
    .option('--json', 'print JSON')
    .action((subject: string | undefined, options: PredictOptions) => {
      if (options.cases !== undefined) printAgreement(options.cases, subject, options);
      else printPrediction(subject, options);
    });
}

function printAgreement(file: string, subject: string | undefined, options: PredictOptions): void {
  if (subject !== undefined || options.settings !== undefined || options.path !== undefined)
    throw new UsageError('--cases takes neither a call nor --settings', { hint: 'each case brings its own' });
  const scene = { cwd: options.cwd ?? MEASURED_SCENE.cwd, home: options.home ?? MEASURED_SCENE.home };
  const agreement = agreementOf(readCases(file), scene);
  process.stdout.write(options.json === true ? `${JSON.stringify(agreement)}\n` : agreementText(agreement));
}

function readCases(file: string): readonly PlacedCase[] {
  return readText(file)
    .split('\n')
    .flatMap((text, index) => {
      if (text.trim() === '') return [];
      const line = index + 1;
      const read = readMeasuredCase(text);
      if (typeof read === 'string')
        throw new DataInvalid(`\`${file}\` line ${line} holds no case: ${read}`, {
          hint: 'a case has the fields `settings`, `tool`, `input`, `mode` and `observed`',
        });
      return [{ ...read, line }];
    });
}

function agreementText({ cases, agree, agreement, mismatches }: Agreement): string {
  const share = (100 * agreement).toFixed(2);
  const lines = mismatches.map(
    ({ line, tool, input, mode, observed, predicted }) =>
      `line ${line}: ${tool} in ${mode}: measured ${observed}, predicted ${predicted.verdict} (${predicted.why}): ${JSON.stringify(input)}`,
  );
  return `${[...lines, `${agree} of ${cases} cases agree, ${share} %`].join('\n')}\n`;
}

function printPrediction(subject: string | undefined, options: PredictOptions): void {
  if (options.settings === undefined)
    throw new UsageError('there are no settings', { hint: 'name them with --settings, or cases with --cases' });
  const scene = { cwd: resolve(options.cwd ?? '.'), home: resolve(options.home ?? homedir()) };
  const input = inputOf(options.tool, options.path ?? subject);
  const { mode } = options;
  const call = { tool: options.tool, input, ...(mode === undefined ? {} : { mode }) };
  const prediction = clientModel(readSettings(options.settings), scene).predict(call);
  process.stdout.write(options.json === true ? `${JSON.stringify(prediction)}\n` : predictionText(prediction));
}

/** The input of a call from the one word that a command line has for it. */
function inputOf(tool: string, subject: string | undefined): JsonObject {
  const text = subject ?? (/^(?:Bash|Read|Edit|Write|NotebookEdit|WebFetch)$/.test(tool) ? null : '{}');
  if (text === null)
    throw new UsageError('there is no call to predict', {
      hint: "give a command line, or with --tool a path or a URL: `sallyport policy predict --settings FILE 'git push'`",
    });
  switch (tool) {
    case 'Bash':
      return { command: text };
    case 'Read':
      return { file_path: text };
    case 'Write':
      return { file_path: text, content: '' };
    case 'Edit':
      return { file_path: text, old_string: '', new_string: '' };
    case 'NotebookEdit':
      return { notebook_path: text, new_source: '' };
    case 'WebFetch':
      return { url: text, prompt: '' };
    default: {
      const input = parsed(text);
      if (!isJsonObject(input)) throw new UsageError(`the input of \`${tool}\` is no JSON object`);
      return input;
    }
  }
}

function readSettings(file: string): JsonObject {
  const settings = parsed(readText(file));
  if (isJsonObject(settings)) return settings;
  // The client refuses to start with such a file: there is nothing to predict.
  throw new DataInvalid(`\`${file}\` is no JSON object`, { hint: 'the client does not start with it either' });
}

function predictionText({ verdict, rule, why }: Prediction): string {
  const by = rule === null ? 'no rule' : `rule ${JSON.stringify(rule)}`;
  return `${shownLine(`${verdict}: ${JSON.stringify(why).slice(1, -1)}`)}\n${shownLine(`  by ${by}`)}\n`;
}

function readText(file: string): string {
  const found = statSync(file);
  if (!found.isFile() && !found.isFIFO())
    throw new UsageError(`\`${file}\` is no file`, { hint: 'name a file of JSON, or a pipe' });
  return readFileSync(file, 'utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
