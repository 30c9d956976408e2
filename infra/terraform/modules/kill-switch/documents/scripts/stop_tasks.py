import boto3


def handler(events, _context):
    ecs = boto3.client("ecs")
    cluster = events["cluster_name"]
    pages = ecs.get_paginator("list_tasks").paginate(cluster=cluster)
    tasks = [task for page in pages for task in page["taskArns"]]
    return each(tasks, lambda task: ecs.stop_task(cluster=cluster, task=task, reason="kill switch"))
