"""``/inspect`` of domains whose web servers mean harm: a finding, in time, and nothing of it "missing"."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared import settings
from tests.contract.dns_server import Zone, truthful
from tests.contract.https_server import Talk, page, saying, serving
from tests.contract.inspect_api import DOMAIN, HOSTS, PUBLIC, asking, zone
from tests.fixtures.certificates import Issued, authority, issue
from tests.unit.functions.api.client import Answer

PATIENCE = 10.0


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    return asking(monkeypatch)


@pytest.fixture
def inspected(
    ask: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Any]:
    """Everything about a domain whose hosts all talk like that, within the time that there is."""

    def inspect(talk: Talk, certificate: Issued | None = None) -> Any:
        async def run() -> Answer:
            async with serving(certificate or issue(HOSTS, authority()), talk, tmp_path) as web:
                monkeypatch.setenv(settings.FETCH_GATEWAY, f"127.0.0.1:{web.port}")
                monkeypatch.setenv(settings.FETCH_AUTHORITY, authority().pem)
                return await asyncio.to_thread(ask, truthful(zone([PUBLIC])), "/inspect")

        began = time.monotonic()
        answer = asyncio.run(run())
        assert time.monotonic() - began < PATIENCE
        assert answer.status == 200
        return answer.data

    return inspect


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for octet in page(b"version: STSv1\r\n" * 1_000):
        writer.write(bytes([octet]))
        await writer.drain()
        await asyncio.sleep(0.2)


async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x" * 4_096)
        await writer.drain()
        await asyncio.sleep(0)  # else a client that hangs up is never noticed


HTML = page(b"<!doctype html><title>Welcome</title>", "Content-Type: text/html")


@pytest.mark.parametrize(
    ("talk", "states"),
    [
        (silent, {"error", "invalid"}),
        (dripping, {"error", "invalid"}),
        (endless, {"invalid"}),
        (saying(HTML), {"invalid"}),
        (saying(b""), {"error", "invalid"}),
        (saying(b"\x00" * 70_000), {"error", "invalid"}),
        (saying(page(b"\xff\xfe" * 500, "Content-Type: text/plain")), {"invalid"}),
        (saying(page(b"", status="500 Internal Server Error")), {"error", "invalid"}),
    ],
    ids=["silent", "dripping", "endless", "html", "closing", "garbage", "binary", "broken"],
)
def test_a_hostile_web_server_is_a_finding(
    inspected: Callable[..., Any], talk: Talk, states: set[str]
) -> None:
    found = inspected(talk)
    for part in (found["mta_sts_policy"], found["bimi"]):
        assert part["state"] in states
        assert part["findings"]


@pytest.mark.parametrize(
    "certificate",
    [lambda: issue(["cdn.example.net"], authority()), lambda: issue(HOSTS, None)],
    ids=["another name", "self-signed"],
)
def test_a_wrong_certificate_is_told(
    inspected: Callable[..., Any], certificate: Callable[[], Issued]
) -> None:
    found = inspected(saying(HTML), certificate())
    for part in (found["mta_sts_policy"], found["bimi"]):
        assert part["state"] == "invalid"
        assert any("certificate" in finding["message"] for finding in part["findings"])


def test_thousands_of_mail_hosts_are_a_finding(ask: Callable[..., Answer]) -> None:
    many: Zone = {**zone([PUBLIC]), (f"{DOMAIN}.", "MX"): [f"{n} m{n}.{DOMAIN}." for n in range(2_000)]}
    began = time.monotonic()
    answer = ask(truthful(many), "/inspect")
    assert time.monotonic() - began < PATIENCE
    assert answer.status == 200
    assert answer.data["mx"]["state"] in {"invalid", "error"}
    assert answer.data["mx"]["findings"]
