"""How Hypothesis works everywhere: no clock decides about a test, and CI tries the same examples each time.

And OCSF's own schema, as published: what it says of an event is nothing the guard's code can be wrong about.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy, as guard.cli does: more threads only wait

import pytest
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

type Against = Callable[[Mapping[str, Any]], list[str]]

_CALM = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("here", deadline=None, suppress_health_check=_CALM)
settings.register_profile("ci", deadline=None, suppress_health_check=_CALM, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@cache
def _class(version: str, number: int, profiles: tuple[str, ...]) -> Draft202012Validator:
    """The validator of one class of events with its profiles; nothing is allowed that it does not name."""
    schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
    name = schemas.lookup_class_name_from_uid(class_uid=number)
    return Draft202012Validator(schemas.get_class_schema(class_name=name, profiles=list(profiles)))


@pytest.fixture(scope="session")
def against_ocsf() -> Against:
    """An event -> what in it is against the published schema of its OCSF version, class and profiles."""

    def faults(event: Mapping[str, Any]) -> list[str]:
        metadata = event["metadata"]
        checks = _class(metadata["version"], event["class_uid"], tuple(metadata["profiles"]))
        return [f"{error.json_path}: {error.message}" for error in checks.iter_errors(event)]

    return faults
