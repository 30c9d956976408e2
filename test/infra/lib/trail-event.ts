/** What a case says about a call; all else of its event is made up. */
export interface TrailCall {
  readonly service: string;
  readonly call: string;
  readonly request?: Readonly<Record<string, unknown>> | null;
  /** Set for an attempt that was refused. */
  readonly error?: string;
  readonly region?: string;
  readonly detailType?: string;
  readonly identity?: Readonly<Record<string, unknown>>;
}

/** An event of CloudTrail as EventBridge hands it to rules: the shape of an event of version 1.11, with invented values. */
export function trailEvent({
  service,
  call,
  request = null,
  error,
  region = 'eu-central-1',
  detailType = 'AWS API Call via CloudTrail',
  identity = SESSION,
}: TrailCall): object {
  return {
    version: '0',
    id: '11111111-2222-3333-4444-555555555555',
    'detail-type': detailType,
    source: `aws.${service}`,
    account: ACCOUNT,
    time: '2026-03-02T09:14:07Z',
    region,
    resources: [],
    detail: {
      eventVersion: '1.11',
      userIdentity: identity,
      eventTime: '2026-03-02T09:14:07Z',
      eventSource: `${service}.amazonaws.com`,
      eventName: call,
      awsRegion: region,
      sourceIPAddress: '192.0.2.7',
      userAgent: 'aws-cli/2.22.0',
      ...(error === undefined ? {} : { errorCode: error, errorMessage: 'User is not authorized to perform this' }),
      requestParameters: request,
      responseElements: null,
      requestID: '99999999-2222-3333-4444-555555555555',
      eventID: '88888888-2222-3333-4444-555555555555',
      readOnly: false,
      eventType: detailType.includes('Service Event') ? 'AwsServiceEvent' : 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: ACCOUNT,
      eventCategory: 'Management',
    },
  };
}

const ACCOUNT = '444455556666';

const SESSION = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLE:someone',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/administrator/someone`,
  accountId: ACCOUNT,
  sessionContext: {
    sessionIssuer: { type: 'Role', userName: 'administrator' },
    attributes: { mfaAuthenticated: 'false' },
  },
};
