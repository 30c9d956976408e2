import { DockerfileParser } from 'dockerfile-ast';
import type { Instruction, JSONInstruction, ModifiableInstruction } from 'dockerfile-ast';

/** One line of a Dockerfile, read. */
export interface Step {
  /** In upper case. */
  readonly keyword: string;
  /** Its words, without flags. */
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  /** Whether it is written as a list of words, so that no shell reads it. */
  readonly isExec: boolean;
  readonly line: number;
}

/** From one `FROM` to the next. */
export interface Stage {
  readonly base: string;
  readonly name: string | null;
  readonly steps: readonly Step[];
}

export interface Dockerfile {
  /** Arguments ahead of the first stage, with their defaults. */
  readonly args: ReadonlyMap<string, string | null>;
  readonly stages: readonly Stage[];
}

/** Reads a Dockerfile by the parser that editors use. */
export function readDockerfile(text: string): Dockerfile {
  const args = new Map<string, string | null>();
  const stages: { base: string; name: string | null; steps: Step[] }[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const step = stepOf(instruction);
    const stage = stages.at(-1);
    if (step.keyword === 'FROM') {
      const [base = '', , name = null] = step.words;
      stages.push({ base, name, steps: [] });
    } else if (stage !== undefined) stage.steps.push(step);
    else if (step.keyword === 'ARG') {
      const [name = '', ...value] = (step.words[0] ?? '').split('=');
      args.set(name, value.length === 0 ? null : value.join('='));
    }
  }
  return { args, stages };
}

function stepOf(instruction: Instruction): Step {
  const flags = new Map(
    isModifiable(instruction) ? instruction.getFlags().map((flag) => [flag.getName(), flag.getValue() ?? '']) : [],
  );
  const words = instruction.getArguments().map((argument) => argument.getValue());
  const keyword = instruction.getKeyword();
  const list = isJson(instruction) ? instruction.getJSONStrings().map((one) => one.getJSONValue()) : [];
  const isExec = list.length > 0;
  return { keyword, words: isExec ? list : words, flags, isExec, line: instruction.getRange().start.line + 1 };
}

function isModifiable(instruction: Instruction): instruction is ModifiableInstruction {
  return 'getFlags' in instruction;
}

function isJson(instruction: Instruction): instruction is JSONInstruction {
  return 'getJSONStrings' in instruction;
}

/** A rule of ours for images, and why it is one. */
export interface ImageRule {
  readonly id: string;
  readonly why: string;
  /** What is wrong, one line each. */
  readonly faults: (file: Dockerfile) => readonly string[];
}

const SECRET_NAME = /KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL/i;

export const IMAGE_RULES: readonly ImageRule[] = [
  {
    id: 'base/by-digest',
    why: 'a tag is whatever somebody pushed last',
    faults: ({ args, stages }) =>
      stages.flatMap(({ base }, index) => {
        if (base.includes('@sha256:') || stages.slice(0, index).some(({ name }) => name === base)) return [];
        const name = /^\$\{?([A-Za-z_]+)\}?$/.exec(base)?.[1];
        return name !== undefined && args.get(name) === null ? [] : [`\`${base}\` is no digest and no argument`];
      }),
  },
  {
    id: 'user/number',
    why: 'a name can mean root; ECS and Kubernetes judge by the number',
    faults: ({ stages }) => {
      const user = stages.at(-1)?.steps.findLast(({ keyword }) => keyword === 'USER')?.words[0] ?? 'root';
      return /^[1-9][0-9]{3,5}:[1-9][0-9]{3,5}$/.test(user) ? [] : [`the last user is \`${user}\``];
    },
  },
  {
    id: 'add/none',
    why: 'ADD fetches and unpacks; COPY does what it says',
    faults: (file) => linesOf(file, ({ keyword }) => keyword === 'ADD'),
  },
  {
    id: 'start/without-shell',
    why: 'a shell in between keeps signals from the program, and is one more program',
    faults: (file) =>
      linesOf(file, ({ keyword, isExec }) => ['ENTRYPOINT', 'CMD'].includes(keyword) && !isExec).concat(
        file.stages.at(-1)?.steps.some(({ keyword }) => keyword === 'ENTRYPOINT') === true ? [] : ['no ENTRYPOINT'],
      ),
  },
  {
    id: 'health/there',
    why: 'a program that hangs looks well from outside',
    faults: ({ stages }) =>
      stages.at(-1)?.steps.some(({ keyword, words }) => keyword === 'HEALTHCHECK' && words[0] === 'CMD') === true
        ? []
        : ['no HEALTHCHECK'],
  },
  {
    id: 'final/only-from-stages',
    why: 'what is copied from the folder of who builds is not what the lock file says',
    faults: ({ stages }) =>
      (stages.at(-1)?.steps ?? [])
        .filter(({ keyword, flags }) => keyword === 'COPY' && !flags.has('from'))
        .map(({ line }) => `line ${line}`),
  },
  {
    id: 'layer/no-secret',
    why: 'a layer keeps what a later one deletes',
    faults: (file) =>
      linesOf(
        file,
        ({ keyword, words }) => ['ENV', 'ARG'].includes(keyword) && words.some((word) => SECRET_NAME.test(word)),
      ).concat([...file.args.keys()].filter((name) => SECRET_NAME.test(name))),
  },
  {
    id: 'run/no-download-and-run',
    why: 'nobody has looked at what comes',
    faults: (file) =>
      linesOf(
        file,
        ({ keyword, words }) => keyword === 'RUN' && /\b(curl|wget)\b.*\|\s*(ba|da)?sh\b/.test(words.join(' ')),
      ),
  },
  {
    id: 'apt/lean',
    why: 'what is recommended is more to be attacked, and lists grow old',
    faults: (file) =>
      linesOf(file, ({ keyword, words }) => {
        const text = words.join(' ');
        const isLean = text.includes('--no-install-recommends') && text.includes('/var/lib/apt/lists');
        return keyword === 'RUN' && /\bapt(-get)? +(-\S+ +)*install\b/.test(text) && !isLean;
      }),
  },
  {
    id: 'npm/locked',
    why: '`npm install` takes other versions than the lock file, and scripts of packages run as who builds',
    faults: (file) =>
      linesOf(file, ({ keyword, words }) => keyword === 'RUN' && /\bnpm[ ,"]+(i|install|add)\b/.test(words.join(' '))),
  },
  {
    id: 'label/title',
    why: 'an image without a name is found by nobody',
    faults: ({ stages }) =>
      stages
        .at(-1)
        ?.steps.some(({ keyword, words }) => keyword === 'LABEL' && words.join(' ').includes('image.title')) === true
        ? []
        : ['no title'],
  },
];

function linesOf({ stages }: Dockerfile, isWrong: (step: Step) => boolean): readonly string[] {
  return stages.flatMap(({ steps }) => steps.filter(isWrong).map(({ line }) => `line ${line}`));
}

/** Whether a path of the build's folder is sent to the builder. The last pattern that names it or a folder of it counts. */
export function isInContext(ignore: string, path: string): boolean {
  let isIn = true;
  for (const line of ignore.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const isBack = line.startsWith('!');
    if (patternMatches(isBack ? line.slice(1) : line, path)) isIn = isBack;
  }
  return isIn;
}

function patternMatches(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\//g, '\0')
    .replace(/\*/g, '[^/]*')
    .replace(/\0/g, '(?:.*/)?');
  return new RegExp(`^${source}(?:/.*)?$`).test(path);
}
