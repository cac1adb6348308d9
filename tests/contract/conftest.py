from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import botocore.session
import pytest

from tests.contract.stores import AwsStores, Stores, in_memory, on_aws

# moto begins each test with a session of its own, which would read the models of the services again.
botocore.session.create_loader = cache(botocore.session.create_loader)


@pytest.fixture(params=["memory", "aws"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Each test runs twice: a promise holds in both places or it is none."""
    if request.param == "memory":
        yield in_memory()
    else:
        with on_aws() as made:
            yield made


@pytest.fixture
def aws() -> Iterator[AwsStores]:
    """For tests of what only the real stores can do: race, break in the middle, grow large."""
    with on_aws() as made:
        yield made
