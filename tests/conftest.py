"""What the deployment sets for every function, for functions that run inside a test."""

from __future__ import annotations

import os

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Postseal")
os.environ.setdefault("POWERTOOLS_TRACE_DISABLED", "true")
