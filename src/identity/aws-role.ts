/** Who STS says made a request: a role of an account, and the name of the session it acts in. */
export interface AwsCaller {
  /** Twelve digits. */
  readonly account: string;
  readonly role: string;
  /** The instance id for the role of an EC2 instance, the task's id for that of a task; else what who took the role wrote. */
  readonly session: string;
  /** STS's own id of the session, of which the part in front of the colon belongs to this one role for all time. */
  readonly userId: string;
}

/** A role by account and name. */
export interface AwsRole {
  readonly partition: string;
  readonly account: string;
  readonly name: string;
}

const ROLE_NAME = '[A-Za-z0-9_+=,.@-]{1,64}';
const PARTITION = 'aws(?:-[a-z]{2,10}){0,2}';
const ROLE_ARN = new RegExp(`^arn:(${PARTITION}):iam::([0-9]{12}):role/(?:[!-~]{1,512}/)?(${ROLE_NAME})$`);
const SESSION_ARN = new RegExp(
  `^arn:(${PARTITION}):sts::([0-9]{12}):assumed-role/(${ROLE_NAME})/([A-Za-z0-9_+=,.@-]{1,64})$`,
);
const USER_ID = /^AROA[A-Z0-9]{12,60}:[A-Za-z0-9_+=,.@-]{1,64}$/;

/**
 * Reads the ARN of a role; null where it is none. Its path is dropped: STS does not tell it, and IAM keeps the names of
 * roles apart within an account whatever their paths are.
 */
export function parseRoleArn(text: string): AwsRole | null {
  const [, partition, account, name] = ROLE_ARN.exec(text) ?? [];
  return partition === undefined || account === undefined || name === undefined ? null : { partition, account, name };
}

/** What STS answered, as far as it names the session of a role. Users, root and federated users are none. */
export interface CallerFacts {
  readonly arn: string;
  readonly account: string;
  readonly userId: string;
}

/** The role that STS names, and who acts in it; null where it names anything else, or its own fields disagree. */
export function callerInRole(facts: CallerFacts): { readonly role: AwsRole; readonly caller: AwsCaller } | null {
  const [, partition, account, name, session] = SESSION_ARN.exec(facts.arn) ?? [];
  if (partition === undefined || account === undefined || name === undefined || session === undefined) return null;
  if (facts.account !== account || !USER_ID.test(facts.userId) || !facts.userId.endsWith(`:${session}`)) return null;
  return {
    role: { partition, account, name },
    caller: { account, role: name, session, userId: facts.userId },
  };
}

/** Whether two name one role. Compared whole and letter by letter. */
export function isSameRole(one: AwsRole, other: AwsRole): boolean {
  return one.partition === other.partition && one.account === other.account && one.name === other.name;
}
