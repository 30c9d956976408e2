"""Does what comes on stdin, one step or call a line, against whatever AWS_ENDPOINT_URL names, and answers each with a line."""

import json
import re
import sys

import boto3


def do(told):
    if "script" in told:
        space = {}
        exec(compile(told["script"], "step", "exec"), space)
        return space[told["handler"]](told["payload"], {})
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", told["api"]).lower()
    return getattr(boto3.client(told["service"]), name)(**told["inputs"])


for line in sys.stdin:
    try:
        said = {"returned": do(json.loads(line))}
    except Exception as error:
        said = {"failed": str(error)}
    print(json.dumps(said, default=str), flush=True)
