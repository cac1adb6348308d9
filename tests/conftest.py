"""What the deployment sets for every function, for functions that run inside a test."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Postseal")
os.environ.setdefault("POWERTOOLS_TRACE_DISABLED", "true")

# How long an example takes says more of the machine than of the code; speed is measured in tests/bench.
settings.register_profile("postseal", deadline=None)
settings.load_profile("postseal")
