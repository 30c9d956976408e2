/** Spellings of one option of one program. The first of an entry is the program, by all its names. */
const SPELLINGS: readonly (readonly [programs: string, ...spellings: (readonly string[])[]])[] = [
  ['curl', ['-o', '--output'], ['-O', '--remote-name'], ['-X', '--request'], ['-d', '--data'], ['-F', '--form']],
  ['curl', ['-T', '--upload-file'], ['-I', '--head'], ['-s', '--silent'], ['-L', '--location'], ['-k', '--insecure']],
  ['curl', ['-H', '--header'], ['-u', '--user'], ['-x', '--proxy'], ['-K', '--config']],
  ['wget', ['-r', '--recursive'], ['-b', '--background'], ['-q', '--quiet'], ['-O', '--output-document']],
  ['git', ['-f', '--force'], ['-n', '--no-verify'], ['-m', '--message'], ['-a', '--all'], ['-D', '--delete']],
  ['rm', ['-r', '-R', '--recursive'], ['-f', '--force'], ['-i', '--interactive'], ['-d', '--dir']],
  ['cp', ['-r', '-R', '--recursive', '-a', '--archive'], ['-f', '--force']],
  ['mv', ['-f', '--force']],
  ['chmod', ['-R', '--recursive']],
  ['chown', ['-R', '--recursive']],
  ['chgrp', ['-R', '--recursive']],
  ['docker', ['-v', '--volume'], ['-p', '--publish'], ['-d', '--detach'], ['-e', '--env'], ['-u', '--user']],
  ['npm', ['-g', '--global'], ['-D', '--save-dev']],
  ['tar', ['-x', '--extract'], ['-c', '--create'], ['-f', '--file'], ['-z', '--gzip']],
  ['sed', ['-i', '--in-place'], ['-n', '--quiet', '--silent'], ['-E', '-r', '--regexp-extended']],
  ['grep', ['-r', '--recursive'], ['-R', '--dereference-recursive'], ['-i', '--ignore-case']],
  ['kill', ['-9', '-KILL', '-SIGKILL']],
  ['pip', ['-r', '--requirement'], ['-U', '--upgrade']],
  ['kubectl', ['-n', '--namespace'], ['-f', '--filename'], ['-A', '--all-namespaces']],
  ['terraform', ['-auto-approve', '--auto-approve']],
];

/** Programs whose one-letter options may stand together behind one dash. */
const CLUSTERING = new Set(
  ['rm', 'cp', 'mv', 'ls', 'ln', 'chmod', 'chown', 'chgrp', 'tar', 'grep', 'sort', 'sed', 'ps', 'du', 'df'].concat([
    'curl',
    'wget',
    'ssh',
    'scp',
    'rsync',
    'unzip',
    'gzip',
    'docker',
    'git',
  ]),
);

/** Whether no letter of the options of a program takes what stands behind it as its value, as `-r` of `curl` does. */
export function isPlainCluster(program: string): boolean {
  return PLAIN_CLUSTERS.has(program);
}

const PLAIN_CLUSTERS = new Set(['rm', 'cp', 'mv', 'ls', 'ln', 'chmod', 'chown', 'chgrp', 'git', 'ps', 'df']);

/**
 * The options that a word with a dash in front asks for, each as a pattern word: `-rf` of `rm` is two.
 *
 * @param value what must stand behind the option, or null for anything.
 */
export function flagWords(program: string, word: string, value: string | null): readonly string[] {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const given = equals < 0 ? value : word.slice(equals + 1);
  const isCluster = /^-[A-Za-z]{2,}$/.test(name) && CLUSTERING.has(program);
  if (!isCluster) return [withValue(spellings(program, name), given)];
  return name
    .slice(1)
    .split('')
    .map((letter, index) => withValue(spellings(program, `-${letter}`), index === name.length - 2 ? given : null));
}

/** Options of a program that take the next word as their value. */
export function takesValue(program: string, flag: string): boolean {
  return (VALUE_FLAGS.get(program) ?? []).includes(flag);
}

const VALUE_FLAGS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'curl',
    ['-X', '--request', '-o', '--output', '-d', '--data', '-H', '--header', '-T', '--upload-file', '-F', '--form'],
  ],
  [
    'docker',
    ['-v', '--volume', '--pid', '--network', '--net', '--cap-add', '--security-opt', '--mount', '-u', '--user'],
  ],
  ['kubectl', ['-n', '--namespace', '-f', '--filename']],
  ['chmod', []],
  ['ssh', ['-i', '-o', '-p']],
]);

/** Options that begin with this one and do the same in more words, such as `--force-with-lease`. */
export function longerOptions(name: string): readonly string[] {
  return LONGER_OPTIONS.filter((option) => option.length > name.length && option.startsWith(name));
}

const LONGER_OPTIONS = ['--force-with-lease', '--force-if-includes', '--data-ascii', '--data-binary'].concat([
  '--data-raw',
  '--data-urlencode',
  '--form-string',
  '--post-data',
  '--post-file',
  '--body-data',
  '--body-file',
  '--upload-file',
  '--dangerously-skip-permissions',
  '--dangerously-bypass-approvals-and-sandbox',
  '--no-verify',
  '--no-verify-ssl',
  '--no-preserve-root',
  '--no-check-certificate',
]);

/** Whether no option of a program begins with this one and goes on. */
export function isWholeOption(name: string): boolean {
  return WHOLE_OPTIONS.has(name);
}

const WHOLE_OPTIONS = new Set(
  '--hard --amend --privileged --mirror --recursive --global --system --no-verify --publish --all --yes --delete --prune --cap-add --insecure --output --request --volume --mount --pid --network --auto-approve --no-preserve-root'.split(
    ' ',
  ),
);

function spellings(program: string, name: string): readonly string[] {
  for (const [programs, ...groups] of SPELLINGS) {
    if (programs !== program) continue;
    const group = groups.find((one) => one.includes(name));
    if (group !== undefined) return group;
  }
  return [name];
}

function withValue(names: readonly string[], value: string | null): string {
  const joined = names.length === 1 ? (names[0] ?? '') : `{${names.join(',')}}`;
  return value === null || /^\*?$/.test(value) ? joined : `${joined}=${value}`;
}
