"""Runs the script of an automation step that comes on stdin with a stand-in for boto3 and a clock of its own, and says what became of it."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "double"))
import boto3

told = json.load(sys.stdin)
boto3.ANSWERS.update(told["answers"])
boto3.REFUSED.extend(told["refused"])
SLEPT = []
time.sleep = SLEPT.append
time.monotonic = lambda: 1000.0 + sum(SLEPT)
space = {}
try:
    exec(compile(told["script"], "step", "exec"), space)
    said = {"returned": space[told["handler"]](told["payload"], {})}
except Exception as error:
    said = {"failed": str(error)}
print(json.dumps({**said, "calls": boto3.CALLS, "slept": SLEPT}))
