/**
 * Gives the name under which tables of facts know a path: `~/x` below any home folder, `./x` in the workspace, `.` for
 * the workspace itself, and else the path as it is. Home folders are the session's, root's, and those of other people.
 */
export function placeNamer(place: { readonly workspace: string; readonly homeDir: string }): (path: string) => string {
  return (path) => {
    if (path === place.workspace) return '.';
    if (path.startsWith(`${place.workspace}/`)) return `.${path.slice(place.workspace.length)}`;
    if (path === place.homeDir) return '~';
    if (path.startsWith(`${place.homeDir}/`)) return `~${path.slice(place.homeDir.length)}`;
    const other = /^(?:\/var)?\/root(?=\/|$)|^\/(?:home|Users|usr\/home)\/[^/]+/.exec(path);
    return other === null ? path : `~${path.slice(other[0].length)}`;
  };
}

/** Folders in which anyone keeps what may be lost. */
export const TEMPORARY = /^\/(?:private\/)?(?:tmp|var\/tmp|var\/folders|dev\/shm)(?:\/|$)/;

/** Folders of the system, and all that they hold. */
export const SYSTEM =
  /^\/(?:bin|boot|dev|etc|lib|lib32|lib64|opt|proc|root|run|sbin|srv|sys|usr|var|Applications|Library|System|Volumes|private\/(?:etc|var))(?:\/|$)/;

/** Folders whose loss is that of the machine or of everything a person has. */
export const VITAL =
  /^(?:\/|~|\/(?:bin|boot|dev|etc|home|lib|lib32|lib64|mnt|media|opt|proc|root|run|sbin|srv|sys|usr|var|Users|Applications|Library|System|Volumes|data|host)(?:\/\*?)?|\/\*|~\/\*|\/(?:usr|var|etc)\/[a-z]+\/?)$/;

/** Devices that hold file systems. */
export const DISK =
  /^\/dev\/(?:r?disk\d|[shv]d[a-z]|xvd[a-z]|nvme\d|mmcblk\d|loop\d|md\d|dm-\d|mapper\/|sr\d|ada?\d|da\d|mem$|kmem$|nbd\d|zvol\/|vg|disk\/)/;

/** Files in which shells and clients keep what was typed. */
export const HISTORY =
  /(?:^|\/)(?:\.[\w.-]*(?:history|histfile|lesshst|viminfo)|fish_history|ConsoleHost_history\.txt)(?:\.new|\.db)?$/;

/** Logs of the system and the settings of what writes them. */
export const LOGS =
  /^\/(?:private\/)?var\/(?:log|adm|audit|spool\/mail|account)(?:\/|$)|^\/var\/lib\/docker\/containers\/.*log$|^\/(?:var\/)?run\/utmp$|^\/etc\/(?:audit|auditd?\.conf|rsyslog|syslog|newsyslog|logrotate)|^\/Library\/Logs(?:\/|$)|^\/etc\/security\/audit/;

/** Files that the system or a shell runs by itself, at start, at login or at a time. */
export const STARTED = new RegExp(
  [
    String.raw`^~\/\.(?:bash(?:rc|_profile|_login|_logout|_aliases)|profile|zshrc|zshenv|zprofile|zlogin|zlogout|kshrc|mkshrc|cshrc|tcshrc|login|logout|xinitrc|xsession|xprofile|shrc|config\/fish\/(?:config\.fish|conf\.d\/.*))$`,
    String.raw`^\/etc\/(?:profile|bash\.?bashrc|bashrc|zsh|zprofile|zshrc|zshenv|csh\.|environment|fish\/|skel\/)`,
    String.raw`^\/etc\/(?:cron|anacrontab|at\.|rc\.|rc$|rc\d|init|inittab|systemd\/|udev\/rules|modules-load|modprobe|update-motd|motd\.d|xdg\/autostart|network\/if-|NetworkManager\/dispatcher|apt\/apt\.conf|periodic|crontab|init\.d|emond|ld\.so\.preload)`,
    String.raw`^\/var\/(?:spool\/(?:cron|at)|at\/)`,
    String.raw`^\/(?:usr\/)?(?:local\/)?lib\/(?:systemd|udev)\/`,
    String.raw`^\/usr\/local\/etc\/(?:rc|cron|periodic)`,
    String.raw`^~\/\.config\/(?:systemd\/user|autostart)(?:\/|$)`,
    String.raw`(?:^|\/)Library\/(?:LaunchAgents|LaunchDaemons|StartupItems|LoginItems)(?:\/|$)`,
    String.raw`(?:^|\/)\.ssh\/(?:authorized_keys2?|rc|environment)$`,
    String.raw`(?:^|\/)\.git\/hooks\/(?!.*\.sample$)`,
    String.raw`(?:\/python[\d.]*\/.*\/(?:[^/]+\.pth|sitecustomize\.py|usercustomize\.py))$`,
  ].join('|'),
);

/** Files that say who may do what. */
export const AUTHORITY =
  /^(?:\/private|\/usr\/local)?\/etc\/(?:passwd-?|g?shadow-?|group-?|sudoers|sudo\.conf|doas\.conf|pam\.d|pam\.conf|polkit-1|security\/|login\.defs|subuid|subgid|nsswitch\.conf|krb5\.conf|ssh\/sshd_config|master\.passwd|authorization)|\/(?:lib|usr\/lib|lib64).*\/(?:security\/)?pam_[a-z]+\.so|^\/usr\/share\/polkit-1/;

/** Files and switches that keep the system's guards up, and those of this program and of the client. */
export const GUARDS =
  /^\/etc\/(?:selinux|apparmor|ufw|iptables|nftables|firewalld|pf\.conf|hosts\.(?:allow|deny)|fail2ban|crowdsec|osquery|falco|clamav|claude-code|ld\.so\.preload|ld\.so\.conf)|^\/sys\/(?:fs\/selinux\/enforce|kernel\/security)|^\/proc\/sys\/(?:kernel\/(?:randomize_va_space|yama|kptr|dmesg|modules_disabled|unprivileged|perf)|net\/ipv4\/conf)|^\/Library\/Application Support\/ClaudeCode/;

/** Doors from a container to the machine that runs it. */
export const ESCAPES =
  /\/(?:docker|containerd\/containerd|crio\/crio|podman\/podman)\.sock$|\/release_agent$|\/notify_on_release$|\/proc\/(?:sys\/kernel\/core_pattern|sysrq-trigger|1\/(?:root|ns|cwd))|\/sys\/kernel\/uevent_helper$/;

/** Folders and files in a workspace that its own tools make again. */
export const REGENERABLE = new RegExp(
  String.raw`(?:^|\/)(?:${[
    'node_modules|bower_components|jspm_packages|\\.pnpm-store|\\.yarn\\/(?:cache|unplugged)',
    'build|_build|dist|dist-\\w+|out|output|target|obj|esm|cjs|umd|artifacts?|cmake-build-\\w+|DerivedData|Pods|bazel-\\w+',
    '\\.(?:next|nuxt|output|turbo|cache|parcel-cache|svelte-kit|vite|rollup\\.cache|docusaurus|astro|angular|expo|vercel|netlify|serverless|terraform|webpack|nyc_output|swc|wrangler|nx|gradle|dart_tool|eggs|tox|nox|venv|pytest_cache|mypy_cache|ruff_cache|hypothesis|ipynb_checkpoints|tmp|temp)',
    '__pycache__|venv|[\\w.-]+\\.egg-info|site-packages|htmlcov',
    'coverage|test-results|playwright-report|storybook-static|_site|public\\/(?:build|assets|packs)|generated|gen',
    'te?mp|cache|logs?',
    '[^/]+\\.(?:log|tmp|temp|pyc|pyo|o|obj|class|swp|bak|tsbuildinfo|tgz|dSYM)',
  ].join('|')})(?:\/|$)`,
);
