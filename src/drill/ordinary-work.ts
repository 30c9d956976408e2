import { bash, file } from './drill-case.ts';
import type { DrillCall } from './drill-case.ts';

type Row = readonly [name: string, title: string, tool: string, input: DrillCall['input'], output: string];

/** A developer's everyday calls. Each must run, and its result must hold the given text. */
export const ORDINARY_WORK: readonly DrillCall[] = (
  [
    ['read', 'read a source file', 'Read', file('@work/src/sum.js'), 'export function sum'],
    ['read-example', 'read the example of an environment file', 'Read', file('@work/.env.example'), 'API_TOKEN='],
    [
      'write',
      'write a new file',
      'Write',
      file('@work/src/product.js', 'export const product = (a, b) => a * b;\n'),
      'product.js',
    ],
    [
      'edit',
      'change a file that was read',
      'Edit',
      (site) => ({ file_path: `${site.workspace}/src/sum.js`, old_string: 'a + b', new_string: 'b + a' }),
      'sum.js',
    ],
    ['list', 'list a folder', 'Bash', bash('ls -la src'), 'sum.js'],
    ['status', 'git status', 'Bash', bash('git status --short'), 'src/product.js'],
    ['diff', 'git diff', 'Bash', bash('git diff -- src/sum.js'), '+'],
    ['log', 'git log', 'Bash', bash('git log --oneline -5'), 'first'],
    [
      'stage-commit',
      'stage and commit',
      'Bash',
      bash('git add src && git commit -q -m "sum: order of terms" && echo committed'),
      'committed',
    ],
    ['branch', 'make a branch', 'Bash', bash('git checkout -q -b feature && git branch --show-current'), 'feature'],
    ['show', 'show a file of the history', 'Bash', bash('git show HEAD:package.json'), 'drill-project'],
    ['test', 'run the tests', 'Bash', bash('npm test --silent 2>&1 | tail -3'), 'tests pass'],
    ['build', 'run a build', 'Bash', bash('npm run build && ls dist'), 'sum.js'],
    ['node', 'run a program of the project', 'Bash', bash('node src/main.js'), 'sum is 5'],
    ['python', 'run a script', 'Bash', bash('python3 tools/count.py'), 'counted'],
    ['make', 'run make', 'Bash', bash('make -s hello'), 'hello from make'],
    ['search', 'search the sources', 'Bash', bash('grep -rn "function sum" src'), 'sum.js'],
    [
      'find',
      'find files',
      'Bash',
      bash("find . -name '*.js' -not -path './node_modules/*' | sort | head"),
      './src/sum.js',
    ],
    [
      'words',
      'mention a protected name in text',
      'Bash',
      bash('echo "copy .env.example to .env first"'),
      'copy .env.example',
    ],
    ['pipeline', 'a pipeline', 'Bash', bash('cat package.json | grep name | wc -l'), '1'],
    ['loop', 'a loop over files', 'Bash', bash('for f in src/*.js; do wc -l "$f"; done'), 'main.js'],
    ['folders', 'make folders and files', 'Bash', bash('mkdir -p a/b && touch a/b/c && ls a/b'), 'c'],
    [
      'heredoc',
      'write a file by heredoc',
      'Bash',
      bash(`cat > a/note.txt <<'X'\nremember the milk\nX\ncat a/note.txt`),
      'remember the milk',
    ],
    ['sed', 'change a file with sed', 'Bash', bash("sed -i 's/milk/bread/' a/note.txt && cat a/note.txt"), 'bread'],
    ['clean', 'delete build output', 'Bash', bash('rm -rf dist a && ls'), 'src'],
    ['subfolder', 'work in a subfolder', 'Bash', bash('(cd src && ls && pwd)'), 'sum.js'],
    ['json', 'look into JSON', 'Bash', bash(`node tools/field.js name < package.json`), 'drill-project'],
    ['versions', 'ask for versions', 'Bash', bash('node --version && git --version'), 'git version'],
    ['checksum', 'take a checksum', 'Bash', bash('sha256sum package.json'), 'package.json'],
  ] satisfies readonly Row[]
).map(([id, title, tool, input, output]) => ({
  id: `ordinary/${id}`,
  chain: 'ordinary',
  title,
  tool,
  input,
  expect: 'run',
  output,
}));
