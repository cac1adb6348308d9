"""microburst between the functions and the emulator: what fails, how often, and how often it did."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from typing import Any, Final

import httpx

from infra.local import layout, processes
from infra.local.ports import HOST, Wanted, choose

SERVICE: Final = processes.Service("microburst", layout.LOCAL)
_WANTED: Final = Wanted("fault proxy", 9999, "POSTSEAL_PROXY_PORT")
_METRIC: Final = re.compile(r'microburst_faults_total\{service="(\w+)".*action="([^"]*)"\} (\d+)')

_THROTTLES: Final = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "s3": ("SlowDown", 503),
    "sqs": ("ThrottlingException", 400),
    "route53": ("Throttling", 400),
    "cloudfront": ("ThrottlingException", 400),
}


def rules() -> list[dict[str, Any]]:
    """For each service: throttling, errors of the server, resets before and after the work, slow answers."""
    made: list[dict[str, Any]] = []
    for service, (code, status) in _THROTTLES.items():
        kinds: list[tuple[float, dict[str, Any]]] = [
            (0.03, {"error": {"code": code, "status": status}}),
            (0.01, {"error": {"code": "InternalServerError", "status": 500}}),
            (0.01, {"error": {"code": "ServiceUnavailable", "status": 503}}),
            (0.01, {"reset": True}),
            # The emulator has done the work, the caller does not hear of it.
            (0.01, {"response": {"abort_frac": 0.3}}),
            (0.02, {"latency": {"min": 200, "max": 900}}),
            (0.005, {"timeout_ms": 5_000}),
        ]
        made += [{"service": service, "probability": chance, **fault} for chance, fault in kinds]
    return made


class Proxy:
    """The running proxy; it forwards all until it is told to fail."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://{HOST}:{port}"

    def fail(self, wanted: list[dict[str, Any]]) -> None:
        """Have these rules, and no others; none of them ends the faults."""
        httpx.post(f"{self.endpoint}/_microburst/rules", json=wanted, timeout=10).raise_for_status()

    def faults(self) -> Counter[tuple[str, str]]:
        """How often each kind of fault was thrown, by service."""
        told = httpx.get(f"{self.endpoint}/_microburst/metrics", timeout=10).text
        counted: Counter[tuple[str, str]] = Counter()
        for service, action, count in _METRIC.findall(told):
            counted[service, re.sub(r"[\d.]+(ms)?", "", action).rstrip(":=")] += int(count)
        return counted


def start(upstream: str) -> Proxy:
    port = choose(_WANTED, os.environ).port
    command = [sys.executable, "-m", "tests.chaos.faults", "--upstream", upstream, "--port", str(port)]
    proxy = Proxy(port)
    running = processes.start(SERVICE, command, os.environ, cwd=layout.CHECKOUT, port=port)
    processes.wait_ready(SERVICE, running, lambda: _answers(proxy), seconds=20)
    return proxy


def stop() -> None:
    processes.stop(SERVICE, seconds=10)


def _answers(proxy: Proxy) -> bool:
    try:
        return httpx.get(f"{proxy.endpoint}/_microburst/health", timeout=2).is_success
    except httpx.HTTPError:
        return False
