import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { containerWords } from '../../infra/host/container/container-words.ts';
import { readContainerfile } from '../../infra/host/container/containerfile.ts';
import { launchContainer } from '../../infra/host/container/launch-container.ts';
import { wordsBehindColons } from '../../infra/host/container/words-behind-colons.ts';
import { HOST, ROOT, run, temporary } from './lib/host-install.ts';

const realPath = (path: string): string | null => (existsSync(path) ? realpathSync(path) : null);

/** A folder `outside` with a file, and beside it a workspace with `link` that leads into the folder `odd`. */
function folderNamed(t: TestContext, odd: string | Buffer): { readonly workspace: string; readonly link: string } {
  const folder = realpathSync(temporary(t));
  const [workspace, link] = [join(folder, 'project'), join(folder, 'project/link')];
  for (const path of ['project', 'outside']) mkdirSync(join(folder, path));
  mkdirSync(Buffer.concat([Buffer.from(`${workspace}/`), Buffer.from(odd)]));
  symlinkSync(odd, link);
  return { workspace, link };
}

const CUT = /has a comma, colon, quote, backslash or control sign/;

for (const { name, odd, cut, why = CUT } of [
  { name: 'a comma, which ends a field of a mount', odd: 'x,nosuid', cut: 'x' },
  { name: 'a colon, which ends the source of a volume', odd: 'x:y', cut: 'x' },
  { name: 'a quote, which a list begins with', odd: '"x' },
  { name: 'a backslash', odd: 'x\\:y' },
  { name: 'the end of a line', odd: 'x\ny' },
  {
    name: 'bytes that are no text, beside the path that they are written as',
    odd: Buffer.from([0xff]),
    why: /outside of the workspace|control sign/,
    cut: '\ufffd',
  },
]) {
  test(`H1: refused: a folder with ${name}`, (t) => {
    const { workspace, link } = folderNamed(t, odd);
    if (cut !== undefined) symlinkSync('../outside', join(workspace, cut));
    for (const words of [
      ['run', '--mount', `type=bind,src=${link},dst=/src`, 'alpine'],
      ['run', '-v', `${link}:/src`, 'alpine'],
      ['run', '--env-file', link, 'alpine'],
      ['build', '-f', link, workspace],
      ['build', link],
    ]) {
      const made = containerWords(words, [], { workspace, realPath });
      assert.match(made.ok ? 'passed on' : made.why, why);
    }
  });
}

const NATIVE = 'linux/amd64';

/** The file as podman gets it, with images in angle brackets, or why it gets none. */
function read(text: string, args: Readonly<Record<string, string | null>> = {}): string {
  const made = readContainerfile(text, { args: new Map(Object.entries(args)), platform: NATIVE });
  if (!made.ok) return made.why;
  return made.parts.map((part) => (typeof part === 'string' ? part : `<${part.name}>`)).join('');
}

for (const { name, text, args, want } of [
  {
    name: 'stages, and images by name',
    text: 'FROM node:24 AS build\nRUN npm ci\nFROM scratch\nCOPY --from=build --chown=1:1 /a /b\nCOPY --from=0 /a /c\nCOPY --from=busybox:1 /bin /d\nFROM build\n',
    want: 'FROM <node:24> AS build\nRUN npm ci\nFROM scratch\nCOPY --from=build --chown=1:1 /a /b\nCOPY --from=0 /a /c\nCOPY --from=<busybox:1> /bin /d\nFROM build\n',
  },
  {
    name: 'an instruction on several lines, with comments between them',
    text: '\ufeff# syntax=docker/dockerfile:1\nfrom alpine\r\nRUN a \\\n# why\n\n  # also\n  && b \\ \n  c\n',
    want: 'FROM <alpine>\nRUN a   && b   c\n',
  },
  {
    name: 'variables with a value of their own',
    text: 'ARG V=3\nARG R="example.org"\nFROM ${R}/alpine:$V\nARG V\nRUN echo $V\n',
    want: 'ARG V=3\nARG R="example.org"\nFROM <example.org/alpine:3>\nARG V\nRUN echo $V\n',
  },
  {
    name: 'a value of the command line before the file’s own',
    text: 'ARG BASE=alpine\nFROM $BASE\n',
    args: { BASE: 'debian:12' },
    want: 'ARG BASE=alpine\nFROM <debian:12>\n',
  },
  {
    name: 'platforms',
    text: 'FROM --platform=$BUILDPLATFORM a\nFROM --platform=linux/arm64 b AS x\nFROM --platform=${TARGETPLATFORM} c\n',
    want: `FROM --platform=${NATIVE} <a>\nFROM --platform=linux/arm64 <b> AS x\nFROM <c>\n`,
  },
  {
    name: 'a mount in memory',
    text: 'FROM a\nRUN --mount=type=tmpfs,target=/t make -- --x\n',
    want: 'FROM <a>\nRUN --mount=type=tmpfs,target=/t make -- --x\n',
  },
  {
    name: 'ADD of the folder’s own files',
    text: 'FROM a\nADD --chown=1 ./root.tar *.txt /x/\n',
    want: 'FROM <a>\nADD --chown=1 ./root.tar *.txt /x/\n',
  },
]) {
  test(`H1: a file to build from: ${name}`, () => {
    assert.equal(read(text, args), want);
  });
}

for (const { text, why, args } of [
  { text: 'FROM dir:/etc', why: /line 1 .*no image of a registry/ },
  { text: 'FROM dir:x', why: /no image of a registry/ },
  { text: 'FROM containers-storage:[vfs@/x]y', why: /no image of a registry/ },
  { text: 'FROM oci-archive:x AS y', why: /no image of a registry/ },
  { text: 'FROM docker://x', why: /no image of a registry/ },
  { text: 'ARG B=dir:/etc\nFROM $B', why: /no image of a registry/ },
  { text: 'ARG A=di\nARG B=r:x\nFROM $A$B', why: /no image of a registry/ },
  { text: 'ARG B=alpine\nFROM $B', args: { B: 'dir:x' }, why: /no image of a registry/ },
  { text: 'ARG B=alpine\nFROM $B', args: { B: null }, why: /cannot be told/ },
  { text: 'ARG B=alpine\nARG B=dir:x\nFROM $B', why: /cannot be told/ },
  { text: 'ARG B=al\\pine\nFROM $B', why: /cannot be told/ },
  { text: 'ARG B\nFROM $B', why: /cannot be told/ },
  { text: 'FROM ${B:-alpine}', why: /cannot be told/ },
  { text: 'FROM a\nARG B=x\nFROM $B', why: /line 3 .*cannot be told/ },
  { text: 'FROM --platform=$X a', why: /cannot be told/ },
  { text: 'FROM a\nCOPY --from=dir:/etc / /x', why: /no image of a registry/ },
  { text: 'FROM a\nCOPY --from=$X / /x', why: /no image of a registry/ },
  { text: 'FROM a\nCOPY --fr"om=dir:/etc" / /x', why: /cannot be read/ },
  { text: 'FROM a\nCOPY --parents / /x', why: /not passed on/ },
  { text: 'FROM a\nRUN --mount=type=bind,source=l,target=/m cat /m/x', why: /`--mount=type=bind.* is not passed on/ },
  { text: 'FROM a\nRUN --mount=type=cache,id=../../x,target=/m ls', why: /not passed on/ },
  { text: 'FROM a\nRUN --mount=type=secret,id=x cat x', why: /not passed on/ },
  { text: 'FROM a\nRUN --mount=type=ssh ls', why: /not passed on/ },
  { text: 'FROM a\nRUN --mount=type=tmpfs,target=/t,from=b ls', why: /not passed on/ },
  { text: 'FROM a\nRUN \\\n  --mount=type=bind,target=/m ls', why: /line 2 .*not passed on/ },
  { text: 'FROM a\nRUN --mount="type=bind,target=/m" ls', why: /begins with dashes/ },
  { text: 'FROM a\nRUN --network=host ls', why: /not passed on/ },
  { text: 'FROM a\nRUN --security=insecure ls', why: /not passed on/ },
  { text: 'FROM a\nADD http://127.0.0.1/x /x', why: /plain paths/ },
  { text: 'FROM a\nADD ["http://127.0.0.1/x", "/x"]', why: /plain paths/ },
  { text: 'FROM a\nADD h\\ttp://127.0.0.1/x /x', why: /plain paths/ },
  { text: 'FROM a\nADD $URL /x', why: /plain paths/ },
  { text: 'FROM a\nADD github.com/x/y /x', why: /plain paths/ },
  { text: 'FROM a\nADD git@example.org:x /x', why: /plain paths/ },
  { text: 'FROM a\nONBUILD RUN ls', why: /`ONBUILD`/ },
  { text: 'FROM a\nINCLUDE x', why: /`INCLUDE` is no instruction/ },
  { text: 'FROM a\n#include "/etc/passwd"\nRUN', why: /line 3 / },
  { text: 'FROM a\nRUN <<EOF\nFROM dir:x\nEOF', why: /heredocs/ },
  { text: 'FROM a\nRUN ls \\', why: /ends with a backslash/ },
  { text: 'FROM a\nRUN ls\u000bx', why: /control sign/ },
  { text: 'FROM a\nRUN ls\rFROM dir:x', why: /control sign/ },
  { text: 'FROM a\nRUN\u00a0ls', why: /no instruction/ },
  { text: '# escape=`\nFROM a', why: /# escape=/ },
  { text: 'RUN ls', why: /no `FROM`/ },
  { text: '# nothing\n', why: /no instruction/ },
]) {
  test(`H1: a file to build from is refused: ${JSON.stringify(text)}`, () => {
    assert.match(read(text, args), why);
  });
}

const ID = 'ab'.repeat(32);

interface Rig {
  readonly workspace: string;
  readonly launch: (...words: readonly string[]) => number;
  /** What podman was started with for the work itself: its words, and what it read. */
  readonly started: () => { readonly words: readonly string[]; readonly input: string } | null;
  /** All that it was asked before. */
  readonly asked: () => string;
}

/** A podman that knows one image with this configuration, and of which each container is inspected like this. */
function rig(t: TestContext, image: object | null, container: object = {}): Rig {
  const folder = realpathSync(temporary(t));
  const [workspace, podman] = [join(folder, 'project'), join(folder, 'podman')];
  const config = join(folder, 'store/overlay-images', ID, `=${Buffer.from(`sha256:${ID}`).toString('base64')}`);
  for (const path of [workspace, join(config, '..')]) mkdirSync(path, { recursive: true });
  if (image !== null) writeFileSync(config, JSON.stringify(image));
  writeFileSync(join(folder, 'run.flags'), '--cap-drop=ALL\n');
  writeFileSync(join(folder, 'container.json'), JSON.stringify([container]));
  writeFileSync(
    podman,
    `#!/bin/sh
case "$1 $2" in
  'image inspect') echo "$*" >>'${folder}/asked'; case "$6" in here*) echo ${ID} ;; *) exit 1 ;; esac ;;
  'pull --quiet') echo "$*" >>'${folder}/asked'; case "$*" in *gone) exit 1 ;; esac; echo ${ID} ;;
  'info --format') printf '%s\\n' '${folder}/store' overlay ;;
  'container inspect') cat '${folder}/container.json' ;;
  *) printf '%s\\n' "$@" >'${folder}/words'; [ "$1" != build ] || cat >'${folder}/input' ;;
esac
`,
  );
  chmodSync(podman, 0o755);
  const text = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
  return {
    workspace,
    launch: (...words) =>
      launchContainer(words, {
        podman,
        limitsFile: join(folder, 'run.flags'),
        workspace,
        environment: {},
        home: join(folder, 'home'),
      }),
    started: () => (text('words') === '' ? null : { words: text('words').trimEnd().split('\n'), input: text('input') }),
    asked: () => text('asked'),
  };
}

test('H1: a build reads the file that was looked at, with images of the store by their ids', (t) => {
  const { workspace, launch, started, asked } = rig(t, { config: { OnBuild: null } });
  writeFileSync(join(workspace, 'Dockerfile'), 'FROM here:1\nCOPY --from=there:2 /a /b\n');
  assert.equal(launch('build', '-t', 'app', '--pull', 'missing', workspace), 0);
  assert.deepEqual(started(), {
    words: ['build', '--pull=never', '--file=-', '-t', 'app', '--', workspace],
    input: `FROM ${ID}\nCOPY --from=${ID} /a /b\n`,
  });
  assert.equal(
    asked(),
    'image inspect --format {{.Id}} -- here:1\nimage inspect --format {{.Id}} -- there:2\npull --quiet -- there:2\n',
  );
});

test('H1: an image is brought anew where the line says so, and for a platform', (t) => {
  const { workspace, launch, asked } = rig(t, {});
  writeFileSync(join(workspace, 'Containerfile'), 'FROM here\n');
  assert.equal(launch('build', '--pull=always', workspace), 0);
  assert.equal(launch('build', '--platform', 'linux/arm64', workspace), 0);
  assert.equal(asked(), 'pull --quiet -- here\npull --quiet --platform=linux/arm64 -- here\n');
});

for (const { name, image, text, words = [] } of [
  { name: 'a base with instructions of its own', image: { config: { OnBuild: ['RUN ls'] } }, text: 'FROM here' },
  { name: 'a base that spells them otherwise', image: { Config: { onbuild: ['RUN ls'] } }, text: 'FROM here' },
  { name: 'a base whose configuration cannot be read', image: null, text: 'FROM here' },
  { name: 'an image that is nowhere', image: {}, text: 'FROM gone' },
  { name: 'an image that may not be brought', image: {}, text: 'FROM there', words: ['--pull=never'] },
  { name: 'a transport', image: {}, text: 'FROM dir:x' },
]) {
  test(`H1: a build is not started with ${name}`, (t) => {
    const { workspace, launch, started } = rig(t, image);
    writeFileSync(join(workspace, 'Dockerfile'), `${text}\n`);
    assert.equal(launch('build', ...words, workspace), 126);
    assert.equal(started(), null);
  });
}

test('H1: a build is not started with a file of elsewhere, of several, or for a preprocessor', (t) => {
  const { workspace, launch, started } = rig(t, {});
  const outside = join(workspace, '../outside');
  writeFileSync(outside, 'FROM here\n');
  assert.equal(launch('build', workspace), 126, 'there is none');
  symlinkSync(outside, join(workspace, 'Dockerfile'));
  assert.equal(launch('build', workspace), 126, 'the file that is looked for');
  assert.equal(launch('build', '-f', join(workspace, 'Dockerfile'), workspace), 126, 'the file that is named');
  const own = join(workspace, 'own');
  writeFileSync(own, 'FROM here\n');
  writeFileSync(`${own}.in`, 'FROM here\n');
  assert.equal(launch('build', '-f', own, '-f', own, workspace), 126, 'two files');
  assert.equal(launch('build', '-f', `${own}.in`, workspace), 126, 'a file that another program reads first');
  assert.equal(launch('build', '-f', workspace, workspace), 126, 'a folder');
  symlinkSync(outside, join(workspace, '.dockerignore'));
  assert.equal(launch('build', '-f', own, workspace), 126, 'a list of what is left out');
  assert.equal(started(), null);
});

test('H1: a container that the launcher did not make in this workspace is not touched', (t) => {
  for (const Labels of [null, {}, { 'io.sallyport.workspace': '/elsewhere' }]) {
    const { launch, started } = rig(t, null, { Config: { Labels }, Mounts: [] });
    for (const words of [
      ['exec', 'box', 'sh'],
      ['start', 'box'],
      ['logs', 'box'],
      ['rm', '-f', 'box'],
      ['inspect', 'box'],
    ])
      assert.equal(launch(...words), 126, words.join(' '));
    assert.equal(started(), null);
  }
});

test('H1: a container is started again only while what it shows is still the workspace’s', (t) => {
  const labels = { 'io.sallyport.workspace': '' };
  const container = {
    Config: { Labels: labels },
    Mounts: [
      { Type: 'bind', Source: '' },
      { Type: 'volume', Source: '/v' },
    ],
  };
  const at = rig(t, null, container);
  const file = join(at.workspace, '../container.json');
  const folder = join(at.workspace, 'src');
  labels['io.sallyport.workspace'] = at.workspace;
  container.Mounts[0] = { Type: 'bind', Source: folder };
  writeFileSync(file, JSON.stringify([container]));
  mkdirSync(folder);
  assert.equal(at.launch('start', 'box'), 0);
  assert.deepEqual(at.started()?.words, ['start', '--', 'box']);
  assert.equal(at.launch('exec', 'box', 'sh'), 0);
  mkdirSync(join(at.workspace, 'other'));
  container.Mounts[0] = { Type: 'bind', Source: join(at.workspace, 'a') };
  writeFileSync(file, JSON.stringify([container]));
  assert.equal(at.launch('start', 'box'), 126, 'it is gone');
  symlinkSync('other', join(at.workspace, 'a'));
  assert.equal(at.launch('start', 'box'), 126, 'it is a link within');
  container.Mounts[0] = { Type: 'bind', Source: join(at.workspace, 'b') };
  writeFileSync(file, JSON.stringify([container]));
  symlinkSync('/etc', join(at.workspace, 'b'));
  assert.equal(at.launch('start', 'box'), 126, 'it leads elsewhere');
  assert.equal(at.launch('stop', 'box'), 0, 'and may be ended');
});

test('H1: no word of the line, and no variable, runs a file of the workspace beside podman', (t) => {
  const folder = realpathSync(temporary(t));
  const script = readFileSync(join(HOST, 'files/bin/sallyport-container'), 'utf8')
    .replace('/opt/sallyport/node/bin/node', process.execPath)
    .replace('/opt/sallyport/package/', ROOT);
  writeFileSync(join(folder, 'launch'), script);
  const files = {
    'forged.mjs': "import { writeFileSync } from 'node:fs'; writeFileSync('forged', '');",
    'forged.env': `NODE_OPTIONS=--import=${folder}/forged.mjs\n`,
    'node.config.json': JSON.stringify({ nodeOptions: { import: [`${folder}/forged.mjs`] } }),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  for (const word of [
    '--env-file=forged.env',
    '--env-file-if-exists=forged.env',
    '--experimental-config-file=node.config.json',
    '--experimental-default-config-file',
  ]) {
    const ran = run('/bin/sh', ['-c', 'cd "$1" && exec /bin/sh ./launch run "$2" "a  b" ""', 'sh', folder, word], {
      NODE_OPTIONS: `--import=${folder}/forged.mjs`,
    });
    assert.equal(existsSync(join(folder, 'forged')), false, word);
    assert.deepEqual([ran.status, ran.stdout], [126, ''], ran.stderr);
    assert.match(ran.stderr, /^sallyport-container: /);
  }
});

test('H1: the words come as they were given', () => {
  assert.deepEqual(wordsBehindColons([':run', ':--env-file', ':', '::']), ['run', '--env-file', '', ':']);
  assert.throws(() => wordsBehindColons(['run']), /sallyport-container/);
});
