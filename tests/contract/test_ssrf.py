"""Domains whose DNS leads inspections to where this machine listens: nothing reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dns.message
import dns.rdatatype
import pytest

from shared import settings
from shared.adapters import https
from tests.contract.dns_server import Script, Zone, truthful
from tests.contract.https_server import Web, page, saying, serving
from tests.contract.inside import INSIDE, listener
from tests.contract.inspect_api import HOSTS, PUBLIC, asking, zone
from tests.fixtures.certificates import authority, issue
from tests.unit.functions.api.client import Answer

pytestmark = pytest.mark.statement("11.6")


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    return asking(monkeypatch)


class Watched:
    """Where connections were tried to, and who reached the listener, while all requests were made."""

    def __init__(self, ask: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch) -> None:
        self._ask = ask
        self._monkeypatch = monkeypatch
        self.went: list[str] = []
        self.met: list[str] = []
        self.port = 0

    def inspect(self, script: Callable[[int], Script], path: str = "/inspect") -> Any:
        """What the API says; the script is made for the listener's port."""

        async def run() -> Answer:
            async with listener() as (self.port, self.met):
                self._monkeypatch.setattr(https, "_PORT", self.port)
                answer = await asyncio.to_thread(self._ask, script(self.port), path)
                await asyncio.sleep(0.02)
                return answer

        with self._noting():
            answer = asyncio.run(run())
        assert answer.status == 200, answer.body
        return answer.data

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Nothing leaves this machine: a connection to a public address is noted, and refused."""
        connect = asyncio.open_connection

        async def noted(where: str, port: int, **given: Any) -> Any:
            if port == self.port:
                self.went.append(where)
                if where == PUBLIC:
                    raise ConnectionRefusedError(111, "refused")
            return await connect(where, port, **given)

        with self._monkeypatch.context() as patched:
            patched.setattr(asyncio, "open_connection", noted)
            yield


@pytest.fixture
def watched(ask: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(ask, monkeypatch)


def refused(found: Any) -> int:
    return [finding["code"] for finding in found["findings"]].count("https_refused")


@pytest.mark.parametrize("address", INSIDE)
def test_hosts_that_are_inside_are_not_asked(watched: Watched, address: str) -> None:
    found = watched.inspect(lambda _: truthful(zone([address])))
    assert (watched.went, watched.met) == ([], [])
    assert refused(found["mta_sts_policy"]) == 1
    assert refused(found["bimi"]) == 2


@pytest.mark.parametrize("name", ["localhost", "localhost.localdomain", "metadata.google.internal"])
def test_names_of_the_inside_are_not_asked(watched: Watched, name: str) -> None:
    """Whatever the name is called: its address counts."""
    found = watched.inspect(lambda _: truthful(zone(["127.0.0.1", "::1", "169.254.169.254"], cname=name)))
    assert (watched.went, watched.met) == ([], [])
    assert refused(found["mta_sts_policy"]) == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0"])
def test_the_listener_would_have_been_reached(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Without the guard, by all three: the tests above can fail."""
    monkeypatch.setattr(https, "public_only", tuple)
    watched.inspect(lambda _: truthful(zone([address])))
    assert watched.went == [address] * 3
    assert len(watched.met) == 3


@pytest.mark.parametrize(
    "image",
    [
        "https://127.0.0.1/logo.svg",
        "https://127.0.0.1:{port}/logo.svg",
        "https://[::1]:{port}/logo.svg",
        "https://[::ffff:127.0.0.1]:{port}/logo.svg",
        "https://2130706433:{port}/logo.svg",
        "https://0x7f.1:{port}/logo.svg",
        "https://localhost:{port}/logo.svg",
        "https://169.254.169.254/latest/meta-data/",
        "https://user@localhost:{port}/logo.svg",
        "http://localhost:{port}/logo.svg",
        "file:///etc/passwd",
    ],
)
def test_a_record_names_no_address_of_the_inside(watched: Watched, image: str) -> None:
    inside: Zone = {("localhost.", "A"): ["127.0.0.1"], ("localhost.", "AAAA"): ["::1"]}
    found = watched.inspect(
        lambda port: truthful({**zone([], image=image.format(port=port)), **inside}), "/inspect/bimi"
    )
    assert (watched.went, watched.met) == ([], [])
    assert found["state"] == "invalid"


def test_a_name_that_moves_inside_is_asked_where_it_was(watched: Watched) -> None:
    """DNS rebinding: public at first, loopback ever after."""
    asked: dict[str, int] = {}

    def moving(_: int) -> Script:
        def script(query: dns.message.Message, tcp: bool) -> list[bytes]:
            question = query.question[0]
            name = question.name.to_text()
            times = asked.get(name, 0)
            asked[name] = times + (question.rdtype == dns.rdatatype.A)
            return truthful(zone([PUBLIC] if times == 0 else ["127.0.0.1"]))(query, tcp)

        return script

    watched.inspect(moving)
    assert set(watched.went) == {PUBLIC}
    assert watched.met == []
    assert {host: asked[f"{host}."] for host in HOSTS} == dict.fromkeys(HOSTS, 1)


@pytest.mark.statement("8.3")
@pytest.mark.parametrize(
    "to",
    [
        "https://127.0.0.1:{port}/",
        "https://[::1]:{port}/",
        "https://inside.vines.example/",
        "http://inside.vines.example:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "https://mta-sts.vines.example/again",
    ],
)
def test_redirects_lead_nowhere(
    ask: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, to: str
) -> None:
    """Each of the three is asked once, and what it points to not at all."""
    names: Mapping[tuple[str, str], list[str]] = {("inside.vines.example.", "A"): ["127.0.0.1"]}

    async def run() -> tuple[Answer, Web, list[str]]:
        async with listener() as (port, met):
            moved = page(b"", f"Location: {to.format(port=port)}", status="302 Found")
            async with serving(issue(HOSTS, authority()), saying(moved), tmp_path) as web:
                monkeypatch.setenv(settings.FETCH_GATEWAY, f"127.0.0.1:{web.port}")
                monkeypatch.setenv(settings.FETCH_AUTHORITY, authority().pem)
                script = truthful({**zone([PUBLIC]), **names})
                answer = await asyncio.to_thread(ask, script, "/inspect")
                return answer, web, met

    answer, web, met = asyncio.run(run())
    assert met == []
    assert sorted(filter(None, web.met)) == sorted(HOSTS)
    assert len(web.heard) == 3
    assert answer.data["mta_sts_policy"]["state"] == "invalid"
