import datetime
import json

import boto3


def handler(events, _context):
    iam = boto3.client("iam")
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    older = dict(
        Version="2012-10-17",
        Statement=[
            dict(
                Sid="CredentialsFromBeforeTheStop",
                Effect="Deny",
                # As with the stop itself: what these hosts and tasks still have to tell must get out.
                NotAction=["firehose:PutRecord", "firehose:PutRecordBatch"],
                Resource="*",
                Condition=dict(DateLessThan=dict([("aws:TokenIssueTime", now)])),
            )
        ],
    )

    def let_go(role):
        # Whoever copied credentials before the stop must not find them working again, so these are refused first.
        iam.put_role_policy(RoleName=role, PolicyName=events["older_policy"], PolicyDocument=json.dumps(older))
        try:
            iam.delete_role_policy(RoleName=role, PolicyName=events["stop_policy"])
        except iam.exceptions.NoSuchEntityException:
            pass

    return each(events["role_names"], let_go)
