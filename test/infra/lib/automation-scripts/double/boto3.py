"""Stands for boto3: answers as it was told, notes every call, and refuses those that it was told to refuse."""

ANSWERS = {}
REFUSED = []
CALLS = []


class NoSuchEntityException(Exception):
    pass


class Client:
    class exceptions:
        NoSuchEntityException = NoSuchEntityException

    def __init__(self, service):
        self.service = service

    def get_paginator(self, operation):
        return Paginator(f"{self.service}.{operation}")

    def __getattr__(self, operation):
        def call(**inputs):
            CALLS.append({"call": f"{self.service}.{operation}", "inputs": inputs})
            for refused in REFUSED:
                if refused["call"] == f"{self.service}.{operation}" and refused["value"] in inputs.values():
                    raise NoSuchEntityException("no such thing") if refused.get("isMissing") else RuntimeError("refused")
            answers = ANSWERS.get(f"{self.service}.{operation}", [])
            return answers.pop(0) if len(answers) > 1 else answers[0] if answers else {}

        return call


class Paginator:
    def __init__(self, name):
        self.name = name

    def paginate(self, **inputs):
        CALLS.append({"call": self.name, "inputs": inputs})
        yield from ANSWERS.get(self.name, [])


def client(service):
    return Client(service)
