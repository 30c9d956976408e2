import { gitSubcommand } from './git-subcommand.ts';
import { programName } from './program-name.ts';
import type { CommandReading, ReachedCommand } from './reached-command.ts';
import { MARK } from './shell-word.ts';
import { touchedFiles } from './touched-files.ts';

/** What an action can do for someone who is not meant to have it done. */
export type Reach = 'outgoing' | 'destructive' | 'secret-read' | 'outside-write' | 'lasting-write' | 'risky';

/** The reach of the commands of a reading. `ofPath` tells it for one absolute path. */
export function commandReach(
  reading: CommandReading,
  ofPath: (access: 'read' | 'write', path: string) => readonly Reach[],
): ReadonlySet<Reach> {
  const found = new Set<Reach>();
  for (const command of reading.commands) {
    const name = programName(command.program.text)?.toLowerCase() ?? '';
    if (isOutgoing(name, command)) found.add('outgoing');
    if (isDestructive(name, command)) found.add('destructive');
    for (const { access, isSure, paths } of touchedFiles(command)) {
      if (access === 'folder') continue;
      // A word that only looks like a file may still be one that is read.
      if (!isSure && access === 'write') continue;
      for (const path of paths) for (const reach of ofPath(access, path)) found.add(reach);
    }
  }
  for (const { text } of reading.inlineCode) if (CODE_TALKS.test(text)) found.add('outgoing');
  return found;
}

const set = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Programs that talk to other machines, whatever their words are. */
const TALKERS = set(`
  curl wget wget2 aria2c axel fetch http https xh curlie lynx links elinks w3m lwp-request lwp-download ftp sftp tftp lftp ncftp
  scp ssh mosh autossh sshfs rsync rclone nc ncat netcat socat telnet dig nslookup host drill kdig resolvectl ping ping6 traceroute tracepath mtr whois finger
  mail mailx mutt neomutt sendmail msmtp swaks smbclient smbget smbutil ldapsearch snmpget gh glab hub jira aws gcloud gsutil az azcopy s3cmd mc doctl heroku flyctl fly
  vercel netlify firebase wrangler supabase kubectl helm oc terraform tofu pulumi ansible ansible-playbook ngrok cloudflared tailscale croc wormhole magic-wormhole ffsend
  psql mysql mariadb mongosh mongo redis-cli grpcurl websocat wscat mosquitto_pub kcat slack telegram-send twine xdg-open open
`);

/** Programs that talk to other machines with some of their subcommands. */
const TALKING: Readonly<Record<string, RegExp>> = {
  git: /^(?:push|fetch|pull|clone|ls-remote|remote|submodule|send-email|archive|request-pull|lfs|svn|p4|fetch-pack|send-pack|http-push|imap-send)$/,
  npm: /^(?:i|in|ins|install|add|ci|publish|unpublish|exec|x|init|create|view|info|search|login|adduser|audit|update|up|outdated|deprecate|dist-tag|owner|access|token|profile|ping|star|org|team|hook)$/,
  pnpm: /^(?:i|install|add|publish|dlx|exec|create|update|up|fetch|audit|outdated)$/,
  yarn: /^(?:install|add|publish|npm|dlx|create|upgrade|up|info|audit)$/,
  bun: /^(?:install|i|add|publish|x|create|update|pm)$/,
  pip: /^(?:install|download|search|index)$/,
  pip3: /^(?:install|download|search|index)$/,
  uv: /^(?:pip|add|sync|publish|tool|run|lock)$/,
  cargo: /^(?:install|publish|add|update|fetch|search|login|yank|owner)$/,
  go: /^(?:get|install|mod)$/,
  gem: /^(?:install|push|fetch|update)$/,
  docker: /^(?:pull|push|login|search|run|build|buildx|manifest|compose)$/,
  podman: /^(?:pull|push|login|search|run|build)$/,
  openssl: /^(?:s_client|s_time|ocsp)$/,
  apt: /^(?:install|update|upgrade|full-upgrade|source|download)$/,
  'apt-get': /^(?:install|update|upgrade|dist-upgrade|source|download)$/,
  brew: /^(?:install|update|upgrade|fetch|tap)$/,
};

/** Programs that run what they fetch by name. */
const FETCH_AND_RUN = set('npx bunx pnpx uvx pipx dlx');

const CODE_TALKS =
  /https?:|socket|urllib|requests|fetch\s*\(|net\/http|http\.client|httpx|aiohttp|smtplib|ftplib|Net::|LWP|open-uri|child_process|subprocess|os\.system|exec|popen|file_get_contents|curl_/i;

function isOutgoing(name: string, command: ReachedCommand): boolean {
  if (TALKERS.has(name) || FETCH_AND_RUN.has(name)) return true;
  if (command.redirections.some(({ target }) => /^\/dev\/(?:tcp|udp)\//.test(target.text))) return true;
  const subcommands = Object.hasOwn(TALKING, name) ? TALKING[name] : undefined;
  if (subcommands !== undefined)
    return command.words.length === 0 ? name === 'yarn' : namesSubcommand(name, command, subcommands);
  // A program that only prints an address sends nothing to it.
  return (
    !PRINTERS.has(name) &&
    command.words.some(({ text }) => /^(?:-[^=]*=)?(?:https?|ftps?|wss?|ssh|sftp|smb|git):\/\//i.test(text))
  );
}

const PRINTERS = set('echo printf grep egrep rg sed awk jq cat test [ [[ export <assign> git read :');

function namesSubcommand(name: string, command: ReachedCommand, subcommands: RegExp): boolean {
  if (name === 'git') {
    const found = gitSubcommand(command.words);
    return found === null ? command.words.some(({ text }) => MARK.test(text)) : subcommands.test(found.name);
  }
  // Options in front are passed over; a word that is not known may be any.
  return command.words.some(({ text }) => subcommands.test(text) || (MARK.test(text) && !text.includes('/')));
}

/** Programs that delete or overwrite what they are given. */
const DELETERS = set(`
  rm rmdir unlink shred srm wipe truncate dd mkfs wipefs fdisk parted sgdisk blkdiscard dropdb dropuser shutdown reboot halt poweroff
  kill killall pkill trash trash-put userdel groupdel crontab lvremove vgremove zpool zfs rimraf del
`);

const DESTROYING: Readonly<Record<string, RegExp>> = {
  git: /^(?:reset|clean|restore|checkout|switch|branch|tag|stash|rebase|filter-branch|filter-repo|push|rm|reflog|gc|update-ref|worktree|prune)$/,
  docker: /^(?:rm|rmi|prune|kill|stop|down)$/,
  podman: /^(?:rm|rmi|prune|kill|stop)$/,
  kubectl: /^(?:delete|drain|replace|scale|apply|patch)$/,
  helm: /^(?:uninstall|delete|upgrade|rollback)$/,
  terraform: /^(?:destroy|apply|import|state|taint)$/,
  tofu: /^(?:destroy|apply|import|state|taint)$/,
  pulumi: /^(?:destroy|up|cancel)$/,
  aws: /^(?:rm|rb|(?:delete|terminate|put|update|modify|create|attach|remove|stop|revoke)-.*)$/,
  gcloud: /^(?:delete|remove|update|set-iam-policy|add-iam-policy-binding)$/,
  az: /^(?:delete|purge|remove|update)$/,
  gh: /^(?:delete|close|merge|archive|edit|transfer|rename|unlink|remove)$/,
  systemctl: /^(?:stop|disable|mask|kill|poweroff|reboot|halt)$/,
  'redis-cli': /^(?:FLUSHALL|FLUSHDB|DEL|UNLINK|CONFIG)$/i,
};

function isDestructive(name: string, command: ReachedCommand): boolean {
  if (DELETERS.has(name) || name.startsWith('mkfs.')) return true;
  if (name === 'find') return command.words.some(({ text }) => text === '-delete');
  if (/^(?:mysql|mariadb|psql|sqlite3|mongosh|mongo|cockroach)$/.test(name))
    return command.words.some(({ text }) => /\b(?:drop|delete|truncate|update|alter|grant|insert)\b/i.test(text));
  const subcommands = Object.hasOwn(DESTROYING, name) ? DESTROYING[name] : undefined;
  return subcommands !== undefined && namesSubcommand(name, command, subcommands);
}
