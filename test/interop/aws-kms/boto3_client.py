"""What the scripts beside this one share: a client of the keeper that counts what it was answered."""

import json
import os

import boto3
import botocore.exceptions
from botocore.config import Config

seen = set()


def client(region="us-east-1", **more):
    """A client of the keeper, which tries once: a retry would hide a fault."""
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=30)
    kms = boto3.client(
        "kms",
        endpoint_url=os.environ["CLAVIGER_ENDPOINT"],
        region_name=region,
        config=config,
        **more,
    )

    def answered(parsed, model, **_):
        if "Error" not in parsed:
            seen.add(model.name)

    kms.meta.events.register("after-call.kms", answered)
    return kms


def refused(kms, name, call, **arguments):
    """The call fails by this name: as boto3's own class where its model has one."""
    try:
        call(**arguments)
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == name, f"{name} was expected: {error}"
        assert error.response["ResponseMetadata"]["RequestId"], "an error has a request id"
        if name in kms.meta.service_model.shape_names:
            assert isinstance(error, getattr(kms.exceptions, name)), f"{name} has a class"
        seen.add(name)
        return error.response
    raise AssertionError(f"{name} was expected, and the call was answered")


def new_key(kms, **arguments):
    return kms.create_key(**arguments)["KeyMetadata"]["KeyId"]


def pages(kms, action, member, **arguments):
    """All of a list, asked for one by one through boto3's paginator."""
    found = kms.get_paginator(action).paginate(PaginationConfig={"PageSize": 1}, **arguments)
    return found.build_full_result()[member]


def finish():
    print(json.dumps(sorted(seen)))
