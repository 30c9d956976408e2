/** Folders whose files steer tools that run later. */
const FOLDERS = new Set(['.git', '.claude', '.vscode', '.idea', '.husky', '.devcontainer', '.yarn']);
/** Files that do. */
const NAMES = new Set(
  '.bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zprofile .zshenv .zlogin .zlogout .envrc .gitconfig .gitmodules .npmrc .yarnrc .yarnrc.yml .mcp.json .claude.json .ripgreprc .pre-commit-config.yaml bunfig.toml .bunfig.toml lefthook.yml'.split(
    ' ',
  ),
);
/** The same, where only the place tells. */
const ENDS = ['/.cargo/config.toml', '/.config/git/config'];

/** Whether the client asks before a path is written whatever else allows it. `path` is absolute and resolved. */
export function isSensitivePath(path: string): boolean {
  const lowered = path.toLowerCase();
  const names = lowered.split('/');
  if (lowered.includes('/.claude/worktrees/')) return false;
  return (
    names.some((name) => FOLDERS.has(name)) ||
    NAMES.has(names.at(-1) ?? '') ||
    ENDS.some((end) => lowered.endsWith(end))
  );
}
