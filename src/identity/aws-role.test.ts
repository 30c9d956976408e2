import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerInRole, isSameRole, parseRoleArn } from './aws-role.ts';

const ACCOUNT = '111122223333';
const LISTED = `arn:aws:iam::${ACCOUNT}:role/sallyport-host`;

function roleThat(arn: string, account = ACCOUNT, userId = `AROAEXAMPLEEXAMPLE01:${arn.split('/').at(-1)}`) {
  return callerInRole({ arn, account, userId });
}

test('the role of an instance is read with the instance as its session', () => {
  const found = roleThat(`arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-host/i-0123456789abcdef0`);
  assert.deepEqual(found?.caller, {
    account: ACCOUNT,
    role: 'sallyport-host',
    session: 'i-0123456789abcdef0',
    userId: 'AROAEXAMPLEEXAMPLE01:i-0123456789abcdef0',
  });
  const listed = parseRoleArn(LISTED);
  assert.ok(listed !== null && found !== null && isSameRole(listed, found.role));
});

test('the path of a role counts for nothing, since STS does not tell it', () => {
  assert.deepEqual(parseRoleArn(`arn:aws:iam::${ACCOUNT}:role/team/a/sallyport-host`), parseRoleArn(LISTED));
});

for (const { name, arn } of [
  { name: 'a role whose name goes on', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-host-2/i-1` },
  { name: 'a role whose name is the beginning', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport/i-1` },
  { name: 'a role in other letters', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Sallyport-Host/i-1` },
  { name: 'a role of another account', arn: 'arn:aws:sts::999999999999:assumed-role/sallyport-host/i-1' },
  { name: 'a role of another partition', arn: `arn:aws-cn:sts::${ACCOUNT}:assumed-role/sallyport-host/i-1` },
  { name: 'a session named as the role', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/evil/sallyport-host` },
]) {
  test(`not the listed role: ${name}`, () => {
    const found = roleThat(arn, arn.split(':')[4]);
    const listed = parseRoleArn(LISTED);
    assert.ok(found !== null && listed !== null);
    assert.equal(isSameRole(listed, found.role), false);
  });
}

for (const { name, arn, account, userId } of [
  { name: 'a user', arn: `arn:aws:iam::${ACCOUNT}:user/ada` },
  { name: 'the root of an account', arn: `arn:aws:iam::${ACCOUNT}:root` },
  { name: 'a federated user', arn: `arn:aws:sts::${ACCOUNT}:federated-user/ada` },
  { name: 'a role itself', arn: LISTED },
  { name: 'a path in the session', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/team/sallyport-host/i-1` },
  { name: 'a line end', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-host/i-1\n` },
  {
    name: 'fields that disagree on the account',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-host/i-1`,
    account: '999999999999',
  },
  {
    name: 'an id of a user',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-host/i-1`,
    userId: 'AIDAEXAMPLEEXAMPLE01',
  },
  {
    name: 'an id of another session',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/sallyport-host/i-1`,
    userId: 'AROAEXAMPLEEXAMPLE01:i-2',
  },
]) {
  test(`no caller in a role: ${name}`, () => assert.equal(roleThat(arn, account, userId), null));
}

for (const text of [
  'arn:aws:iam::111122223333:role/*',
  'arn:aws:iam::*:role/sallyport-host',
  'arn:aws:iam::111122223333:role/',
  'arn:aws:iam::111122223333:user/ada',
  'arn:aws:sts::111122223333:assumed-role/sallyport-host/i-1',
  'sallyport-host',
  '',
]) {
  test(`no role to list: \`${text}\``, () => assert.equal(parseRoleArn(text), null));
}
