// Writes the two files that name the users of the images, so that nothing needs a shell to add them.
import { mkdirSync, writeFileSync } from 'node:fs';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('give the folder to write to');
const USERS = [
  { name: 'root', id: 0, home: '/nonexistent', shell: '/usr/sbin/nologin' },
  { name: 'sallyport', id: 10_001, home: '/var/lib/sallyport', shell: '/usr/sbin/nologin' },
  { name: 'developer', id: 10_002, home: '/home/developer', shell: '/bin/bash' },
  { name: 'nobody', id: 65_534, home: '/nonexistent', shell: '/usr/sbin/nologin' },
];
mkdirSync(folder, { recursive: true });
writeFileSync(
  `${folder}/passwd`,
  USERS.map(({ name, id, home, shell }) => `${name}:x:${id}:${id}::${home}:${shell}\n`).join(''),
);
writeFileSync(`${folder}/group`, USERS.map(({ name, id }) => `${name}:x:${id}:\n`).join(''));
