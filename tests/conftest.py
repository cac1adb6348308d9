"""What the deployment sets for every function, for functions that run inside a test; and who runs what."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from xdist.remote import Producer

from tests.local import sharing
from tests.scheduling import FilesAndFolders

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Postseal")
os.environ.setdefault("POWERTOOLS_TRACE_DISABLED", "true")

# How long an example takes says more of the machine than of the code; speed is measured in tests/bench.
settings.register_profile("postseal", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=500)
settings.load_profile("postseal")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesAndFolders:
    return FilesAndFolders(config, log)


def pytest_sessionfinish() -> None:
    sharing.end()
