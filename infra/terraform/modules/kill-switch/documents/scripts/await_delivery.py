import time

import boto3

POLL_SECONDS = 5
# DescribeTasks takes no more of them in one call.
TASKS_IN_A_CALL = 100


def handler(events, _context):
    """Waits for tasks to stop, and all of its time if there is a host: that one cannot be asked whether it handed everything over."""
    ends_at = time.monotonic() + events["seconds"]
    while True:
        try:
            tasks, unseen = tasks_left(events["cluster_name"]), None
            hosts = count_hosts(events["host_tag_key"])
        except Exception as error:
            # Who cannot look does not know that they are done.
            tasks, hosts, unseen = [], 0, error
        if not tasks and hosts == 0 and unseen is None:
            return dict(hosts=0)
        remaining = ends_at - time.monotonic()
        if remaining <= 0:
            break
        time.sleep(min(POLL_SECONDS, remaining))
    if unseen is not None:
        raise RuntimeError(f"what had stopped after {events['seconds']} s could not be seen: {unseen}"[:2000])
    if tasks:
        raise RuntimeError(f"{len(tasks)} tasks had not stopped after {events['seconds']} s: {', '.join(tasks)}"[:2000])
    return dict(hosts=hosts)


def tasks_left(cluster):
    if cluster == "":
        return []
    ecs = boto3.client("ecs")
    listed = [
        task
        for wanted in ("RUNNING", "STOPPED")
        for page in ecs.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus=wanted)
        for task in page["taskArns"]
    ]
    return [
        task["taskArn"]
        for at in range(0, len(listed), TASKS_IN_A_CALL)
        for task in ecs.describe_tasks(cluster=cluster, tasks=listed[at : at + TASKS_IN_A_CALL])["tasks"]
        if task["lastStatus"] != "STOPPED"
    ]


def count_hosts(tag_key):
    filters = [
        dict(Name="tag-key", Values=[tag_key]),
        dict(Name="instance-state-name", Values=["pending", "running", "stopping"]),
    ]
    pages = boto3.client("ec2").get_paginator("describe_instances").paginate(Filters=filters)
    return sum(len(reservation["Instances"]) for page in pages for reservation in page["Reservations"])
