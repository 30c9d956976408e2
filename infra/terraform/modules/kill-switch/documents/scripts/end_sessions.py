import boto3


def handler(events, _context):
    ssm = boto3.client("ssm")
    # All of them first: ending one while the pages are read could shift another out of sight.
    pages = ssm.get_paginator("describe_sessions").paginate(State="Active")
    sessions = [session["SessionId"] for page in pages for session in page["Sessions"]]
    return each(sessions, lambda session: ssm.terminate_session(SessionId=session))
