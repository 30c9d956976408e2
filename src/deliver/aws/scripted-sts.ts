import type { ScriptedReply } from './scripted-aws.ts';

/** The answer of STS to `GetCallerIdentity`, as it is sent. */
export function stsAnswer(userId: string): ScriptedReply {
  const [role = '', session = ''] = userId.split(':');
  const body = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:sts::111122223333:assumed-role/${role.toLowerCase()}/${session}</Arn>
    <UserId>${userId}</UserId>
    <Account>111122223333</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

/** Its answer to a request that it refuses. */
export function stsRefusal(status: number, code: string): ScriptedReply {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>${code}</Code>
    <Message>AKMADE is not welcome</Message>
  </Error>
  <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
</ErrorResponse>
`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}
