const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Programs that run whatever text or program they are given. */
const RUNNERS = set(`
  sh bash dash zsh ksh ash fish csh tcsh busybox eval exec source . xargs env parallel watch timeout nohup setsid nice ionice stdbuf script strace ltrace gdb
  sudo su doas pkexec ssh mosh nc ncat socat telnet expect tclsh wish osascript pwsh powershell awk gawk mawk nawk sed gsed vim vi ex ed emacs nano less more man
  npx bunx pnpx uvx pipx tsx ts-node make gmake ninja just task rake find fd fdfind crontab at batch screen tmux time command builtin trap
`);
const INTERPRETERS =
  /^(?:python|pypy|ipython|micropython|node|nodejs|deno|bun|perl|ruby|jruby|php|lua|luajit|Rscript|R|julia|java|jshell|ghc|runghc|scala|groovy|elixir|iex|erl|guile|racket|sqlite3|psql|mysql)[\d.]*$/;

/** Subcommands that run whatever they are given. */
const RUNNING_SUBCOMMANDS: Readonly<Record<string, ReadonlySet<string>>> = {
  npm: set('exec x init create explore run run-script'),
  pnpm: set('exec dlx create run'),
  yarn: set('exec dlx create run node'),
  bun: set('x run create eval'),
  uv: set('run tool'),
  poetry: set('run shell'),
  bundle: set('exec'),
  composer: set('exec run-script global'),
  cargo: set('run script'),
  go: set('run generate tool'),
  docker: set('run exec'),
  podman: set('run exec'),
  kubectl: set('exec run debug cp'),
  git: set('submodule bisect filter-branch rebase difftool mergetool'),
  dotnet: set('run exec script'),
  gh: set('extension alias'),
};

/** Why a program must not be allowed by its name; null where nothing speaks against it. */
export function runsAnything(program: string, words: readonly string[]): string | null {
  if (INTERPRETERS.test(program)) return 'runs any program text';
  if (RUNNERS.has(program)) return 'runs whatever it is given';
  const [first = ''] = words;
  const running = Object.hasOwn(RUNNING_SUBCOMMANDS, program) ? RUNNING_SUBCOMMANDS[program] : undefined;
  return running?.has(first) === true ? `${first} runs whatever it is given` : null;
}

const NETWORK = set(
  'curl wget http https xh gh aws gcloud az kubectl helm terraform tofu docker podman scp rsync sftp ping dig nslookup host',
);
const NETWORK_SUBCOMMANDS = set(
  'push pull fetch clone install i add update publish get login search view upload download',
);
const WRITERS = set(
  'rm rmdir mv cp dd truncate tee ln chmod chown touch install shred unlink tar unzip zip gzip gunzip rsync kill pkill killall systemctl apt apt-get brew',
);
const PROJECT_CODE = set(
  'npm pnpm yarn bun pip pip3 uv poetry cargo go bundle composer gradle gradlew mvn mvnw dotnet nx turbo jest vitest mocha pytest tox nox eslint tsc webpack vite cmake',
);
const REMOTE_STATE = set('aws gcloud az kubectl helm terraform tofu gh');

/** What a program can do beyond what its name says, in words for the person who decides. */
export function programRisks(program: string, subcommands: readonly string[]): readonly string[] {
  const risks: string[] = [];
  if (NETWORK.has(program) || subcommands.some((word) => NETWORK_SUBCOMMANDS.has(word)))
    risks.push('reaches other machines, with data of this one');
  if (WRITERS.has(program)) risks.push('changes or removes files or running programs');
  if (PROJECT_CODE.has(program)) risks.push('runs code of the project and of its packages, which the agent can write');
  if (REMOTE_STATE.has(program))
    risks.push('acts with the credentials of the developer on things outside of this machine');
  if (risks.length === 0) risks.push('options that write a file (`-o`, `--output`) are not ruled out');
  return risks;
}
