/** What a flag's value has to be. A `check` by that name looks at it and gives the word that is passed on. */
export type ValueKind =
  | 'plain'
  | 'name'
  | 'environment'
  | 'image'
  | 'label'
  | 'platform'
  | 'workspace-file'
  | 'volume'
  | 'mount'
  | 'tmpfs'
  | 'publish'
  | 'network'
  | 'pull'
  | 'seconds';

/** The flags and operands of one subcommand. What is not listed is refused, so that a flag of a later version is too. */
export interface Subcommand {
  /** Flags without a value, in their long and short spellings. */
  readonly switches: readonly string[];
  /** Flags with a value. */
  readonly values: Readonly<Record<string, ValueKind>>;
  /**
   * `image`: one image, and then whatever the container is given, which is not looked at. `container`: likewise with the name of a
   * container. `images` and `containers`: any number of names. `context`: one folder.
   */
  readonly operands: 'image' | 'container' | 'images' | 'containers' | 'context' | 'none';
  /** Whether it makes a container, which then gets the limits. */
  readonly isLimited: boolean;
}

const RUN_SWITCHES = ['-i', '--interactive', '-t', '--tty', '--rm', '--init', '-q', '--quiet', '--read-only'];

const RUN_VALUES: Readonly<Record<string, ValueKind>> = {
  '-e': 'environment',
  '--env': 'environment',
  '--env-file': 'workspace-file',
  '-w': 'plain',
  '--workdir': 'plain',
  '-u': 'plain',
  '--user': 'plain',
  '--name': 'name',
  '-h': 'name',
  '--hostname': 'name',
  '-l': 'label',
  '--label': 'label',
  '--entrypoint': 'plain',
  '--expose': 'plain',
  '-p': 'publish',
  '--publish': 'publish',
  '-v': 'volume',
  '--volume': 'volume',
  '--mount': 'mount',
  '--tmpfs': 'tmpfs',
  '--network': 'network',
  '--net': 'network',
  '--pull': 'pull',
  '--platform': 'platform',
  '--stop-timeout': 'seconds',
};

/** Everything that the launcher knows to pass on. */
export const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ['run', { switches: [...RUN_SWITCHES, '-d', '--detach'], values: RUN_VALUES, operands: 'image', isLimited: true }],
  ['create', { switches: RUN_SWITCHES, values: RUN_VALUES, operands: 'image', isLimited: true }],
  [
    'exec',
    {
      switches: ['-i', '--interactive', '-t', '--tty', '-d', '--detach'],
      values: {
        '-e': 'environment',
        '--env': 'environment',
        '-w': 'plain',
        '--workdir': 'plain',
        '-u': 'plain',
        '--user': 'plain',
      },
      operands: 'container',
      isLimited: false,
    },
  ],
  [
    'build',
    {
      switches: ['--no-cache', '-q', '--quiet', '--rm', '--force-rm'],
      values: {
        '-t': 'image',
        '--tag': 'image',
        '-f': 'workspace-file',
        '--file': 'workspace-file',
        '--build-arg': 'environment',
        '--target': 'name',
        '--label': 'label',
        '--network': 'network',
        '--pull': 'pull',
        '--platform': 'platform',
      },
      operands: 'context',
      isLimited: false,
    },
  ],
  [
    'start',
    { switches: ['-a', '--attach', '-i', '--interactive'], values: {}, operands: 'containers', isLimited: false },
  ],
  [
    'stop',
    { switches: [], values: { '-t': 'seconds', '--time': 'seconds' }, operands: 'containers', isLimited: false },
  ],
  ['kill', { switches: [], values: { '-s': 'name', '--signal': 'name' }, operands: 'containers', isLimited: false }],
  ['wait', { switches: [], values: {}, operands: 'containers', isLimited: false }],
  ['rm', { switches: ['-f', '--force', '-v', '--volumes'], values: {}, operands: 'containers', isLimited: false }],
  [
    'logs',
    {
      switches: ['-f', '--follow', '-t', '--timestamps'],
      values: { '-n': 'plain', '--tail': 'plain', '--since': 'plain' },
      operands: 'containers',
      isLimited: false,
    },
  ],
  [
    'inspect',
    {
      switches: ['-s', '--size'],
      values: { '-f': 'plain', '--format': 'plain' },
      operands: 'containers',
      isLimited: false,
    },
  ],
  [
    'ps',
    {
      switches: ['-a', '--all', '-q', '--quiet', '--no-trunc'],
      values: { '-f': 'plain', '--filter': 'plain', '--format': 'plain' },
      operands: 'none',
      isLimited: false,
    },
  ],
  [
    'images',
    { switches: ['-a', '--all', '-q', '--quiet'], values: { '--format': 'plain' }, operands: 'none', isLimited: false },
  ],
  ['pull', { switches: ['-q', '--quiet'], values: { '--platform': 'platform' }, operands: 'images', isLimited: false }],
  ['rmi', { switches: ['-f', '--force'], values: {}, operands: 'images', isLimited: false }],
  ['version', { switches: [], values: {}, operands: 'none', isLimited: false }],
]);
