"""Stands for boto3: answers reads as it was told, notes every other call, and refuses those that it was told to refuse."""

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
            return {}

        return call


class Paginator:
    def __init__(self, name):
        self.name = name

    def paginate(self, **inputs):
        CALLS.append({"call": self.name, "inputs": inputs})
        yield from ANSWERS.get(self.name, [])


def client(service):
    return Client(service)
