"""Strangers' URLs lead nowhere but to the public internet: shown against listeners that count."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

import pytest

from shared.adapters import https
from shared.adapters.https import HttpsFetcher, Resolve
from shared.mailauth.evaluate.questions import Answer, Fetch, Fetched, Fetching, Outcome, Question, Type
from tests.contract.https_server import Names
from tests.contract.inside import INSIDE, listener

URL = "https://logo.example.com/logo.svg"


async def tried(
    url: str, resolve: Resolve, monkeypatch: pytest.MonkeyPatch
) -> tuple[Fetched, list[str], list[str]]:
    """What was fetched, where connections were tried to, and who reached the listener."""
    went: list[str] = []
    connect = asyncio.open_connection

    async def noted(where: str, port: int, **given: Any) -> Any:
        went.append(where)
        return await connect(where, port, **given)

    monkeypatch.setattr(asyncio, "open_connection", noted)
    async with listener() as (port, met):
        monkeypatch.setattr(https, "_PORT", port)
        answer = await HttpsFetcher().fetch(Fetch(url.replace("PORT", str(port)), 1_000, 2.0), resolve)
        await asyncio.sleep(0.02)
        return answer, went, met


@pytest.mark.statement("11.6")
@pytest.mark.parametrize("address", INSIDE)
def test_names_that_lead_inside_are_not_followed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(logo_example_com=[address])
    answer, went, met = asyncio.run(tried(URL, names, monkeypatch))
    assert answer.outcome is Fetching.REFUSED
    assert answer.reason == "logo.example.com has no public address"
    assert answer.addresses == (address,)
    assert (went, met) == ([], [])


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0"])
def test_the_listener_would_have_been_reached(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the guard the same question does connect: the tests above can fail."""
    monkeypatch.setattr(https, "public_only", tuple)
    answer, went, met = asyncio.run(tried(URL, Names(logo_example_com=[address]), monkeypatch))
    assert answer.outcome is Fetching.FAILED
    assert went == [address]
    assert len(met) == 1


@pytest.mark.statement("11.6")
def test_the_machine_s_own_address_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    answer, went, met = asyncio.run(tried(URL, Names(logo_example_com=sorted(own)), monkeypatch))
    assert answer.outcome is Fetching.REFUSED
    assert (went, met) == ([], [])


@pytest.mark.statement("11.6")
def test_of_mixed_addresses_only_the_public_ones_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """198.41.0.4 is not reached from here, or takes no such port: what counts is that nothing else was."""
    names = Names(logo_example_com=["127.0.0.1", "198.41.0.4", "::1"])
    went: list[str] = []

    async def nothing(where: str, port: int, **_: Any) -> Any:
        went.append(f"{where} {port}")
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(asyncio, "open_connection", nothing)
    answer = asyncio.run(HttpsFetcher().fetch(Fetch(URL, 1_000, 2.0), names))
    assert went == ["198.41.0.4 443"]
    assert (answer.outcome, answer.reason) == (Fetching.FAILED, "no connection: connection refused")


@pytest.mark.statement("11.6")
def test_a_name_is_resolved_once_so_that_it_cannot_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when looked at, loopback when asked again."""
    asked: list[Question] = []
    went: list[str] = []

    async def rebinding(question: Question) -> Answer:
        asked.append(question)
        if question.type is Type.AAAA:
            return Answer(Outcome.NODATA)
        first = len([each for each in asked if each.type is Type.A]) == 1
        return Answer(Outcome.FOUND, ("198.41.0.4",) if first else ("127.0.0.1",))

    async def nothing(where: str, *_: Any, **__: Any) -> Any:
        went.append(where)
        raise ConnectionResetError

    monkeypatch.setattr(asyncio, "open_connection", nothing)
    answer = asyncio.run(HttpsFetcher().fetch(Fetch(URL, 1_000, 2.0), rebinding))
    assert answer.outcome is Fetching.FAILED
    assert went == ["198.41.0.4"]
    assert [question.type for question in asked] == [Type.A, Type.AAAA]


@pytest.mark.statement("11.6")
@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:PORT/",
        "https://[::1]:PORT/",
        "https://[::ffff:127.0.0.1]:PORT/",
        "https://[fe80::1%25lo]:PORT/",
        "https://2130706433:PORT/",
        "https://0x7f000001:PORT/",
        "https://0177.0.0.1:PORT/",
        "https://127.1:PORT/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00:ec2::254]/latest/meta-data/",
        "http://logo.example.com/",
        "ftp://logo.example.com/",
        "file:///etc/passwd",
        "gopher://logo.example.com/",
        "//logo.example.com/",
        "logo.example.com",
        "",
        "https://",
        "https:///path",
        "https://user@logo.example.com/",
        "https://user:secret@logo.example.com/",
        "https://logo.example.com@127.0.0.1/",
        "https://logo.example.com:22/",
        "https://logo.example.com:0/",
        "https://logo.example.com:port/",
        "https://logo.example.com:99999/",
        "https://logo.example.com\\@127.0.0.1/",
        "https://logo.example.com/\r\nX-Injected: 1",
        "https://logo.example.com/a b",
        "https://logo..example.com/",
        "https://-logo.example.com/",
        "https://l%6fgo.example.com/",
        "https://lógo.example.com/",
        "https://[::1",
        "https://logo.example.com/" + "a" * 3_000,
    ],
)
def test_urls_that_are_not_asked_at_all(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(logo_example_com=["127.0.0.1"])
    answer, went, met = asyncio.run(tried(url, names, monkeypatch))
    assert answer.outcome is Fetching.REFUSED
    assert answer.reason
    assert (names.asked, went, met) == ([], [], [])


@pytest.mark.statement("11.6")
def test_a_gateway_stands_behind_the_guard() -> None:
    """The address has to be a public one, though the gateway takes the connection."""

    async def run() -> tuple[Fetched, list[str]]:
        async with listener() as (port, met):
            fetcher = HttpsFetcher(gateway=("127.0.0.1", port))
            refused = await fetcher.fetch(Fetch(URL, 1_000, 1.0), Names(logo_example_com=["10.0.0.1"]))
            assert met == []
            with contextlib.suppress(OSError):
                await fetcher.fetch(Fetch(URL, 1_000, 1.0), Names(logo_example_com=["1.1.1.1"]))
            return refused, met

    refused, met = asyncio.run(run())
    assert refused.outcome is Fetching.REFUSED
    assert len(met) == 1
