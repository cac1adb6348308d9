"""Posting to real servers on loopback, through the way that all fetches take."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from shared.adapters.https import HttpsFetcher
from shared.mailauth.evaluate.questions import Fetch, Fetched, Fetching
from tests.contract.https_server import Names, Talk, Web, page, saying, serving
from tests.fixtures.certificates import Issued, authority, issue

HOST = "hooks.example.com"
URL = f"https://{HOST}/in?x=1"
BODY = b'{"type":"test"}'
PUBLIC = "93.184.216.34"


@pytest.fixture(scope="session")
def good() -> Issued:
    return issue([HOST], authority())


def posted(
    folder: Path,
    certificate: Issued,
    talk: Talk,
    *,
    url: str = URL,
    address: str = PUBLIC,
    ask: bool = True,
    timeout: float = 3.0,
) -> tuple[Fetched, Web]:
    async def run() -> tuple[Fetched, Web]:
        async with serving(certificate, talk, folder) as web:
            fetcher = HttpsFetcher(gateway=("127.0.0.1", web.port), authority=authority().pem)
            wanted = Fetch(url, 0, timeout, BODY, (("webhook-id", "dlv_7"),), ask)
            return await fetcher.fetch(wanted, Names(**{HOST.replace(".", "_"): [address]})), web

    return asyncio.run(run())


def test_a_post_says_what_it_was_given(tmp_path: Path, good: Issued) -> None:
    got = bytearray()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.extend(await reader.readexactly(len(BODY)))
        writer.write(page(b"thanks"))

    answer, web = posted(tmp_path, good, talk)
    assert (answer.outcome, answer.status, answer.body) == (Fetching.FETCHED, 200, b"")
    head = web.heard[0]
    assert head.startswith(b"POST /in?x=1 HTTP/1.1\r\n")
    assert b"\r\nwebhook-id: dlv_7\r\n" in head
    assert b"\r\nContent-Length: 15\r\n" in head
    assert bytes(got) == BODY


def test_what_a_receiver_says_beside_its_status_is_not_read(tmp_path: Path, good: Issued) -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 100_000
    answer, _ = posted(tmp_path, good, saying(endless))
    assert (answer.outcome, answer.status) == (Fetching.FETCHED, 200)


def test_headers_without_end_are_too_large(tmp_path: Path, good: Issued) -> None:
    endless = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(20_000))
    answer, _ = posted(tmp_path, good, saying(endless))
    assert answer.outcome is Fetching.TOO_LARGE


def test_a_receiver_that_says_nothing_is_given_up(tmp_path: Path, good: Issued) -> None:
    async def sleep(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    answer, _ = posted(tmp_path, good, sleep, timeout=0.5)
    assert (answer.outcome, answer.reason) == (Fetching.FAILED, "timeout")


@pytest.mark.parametrize("status", ["301 Moved Permanently", "307 Temporary Redirect"])
def test_a_redirect_is_told_and_not_followed(tmp_path: Path, good: Issued, status: str) -> None:
    answer, web = posted(
        tmp_path, good, saying(page(b"", "Location: http://169.254.169.254/", status=status))
    )
    assert answer.status == int(status[:3])
    assert len(web.heard) == 1


@pytest.mark.parametrize("ask", [True, False])
@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "::1", "fd00::1", "fe80::1"],
)
def test_private_addresses_get_nothing(tmp_path: Path, good: Issued, address: str, ask: bool) -> None:
    answer, web = posted(tmp_path, good, saying(page(b"")), address=address, ask=ask)
    assert answer.outcome is Fetching.REFUSED
    assert (web.met, web.heard) == ([], [])


@pytest.mark.parametrize("ask", [True, False])
@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://hooks.example.com:8443/",
        "https://user@hooks.example.com/",
        "http://127.0.0.1:8000/",
        "ftp://hooks.example.com/",
        "https://hooks.example.com/\r\nHost: x",
        "",
    ],
)
def test_urls_that_are_not_plain_https_get_nothing(tmp_path: Path, good: Issued, url: str, ask: bool) -> None:
    answer, web = posted(tmp_path, good, saying(page(b"")), url=url, ask=ask)
    assert answer.outcome is Fetching.REFUSED
    assert answer.reason
    assert (web.met, web.heard) == ([], [])


def test_to_see_whether_it_may_be_asked_is_not_to_ask(tmp_path: Path, good: Issued) -> None:
    answer, web = posted(tmp_path, good, saying(page(b"")), ask=False)
    assert (answer.outcome, answer.status) == (Fetching.FETCHED, 0)
    assert (web.met, web.heard) == ([], [])


def test_a_host_without_address_cannot_be_asked(tmp_path: Path, good: Issued) -> None:
    answer, _ = posted(tmp_path, good, saying(page(b"")), url="https://nowhere.example/", ask=False)
    assert answer.outcome is Fetching.NO_ADDRESS


@pytest.mark.parametrize(("allowed", "outcome"), [(True, Fetching.FETCHED), (False, Fetching.REFUSED)])
def test_this_machine_is_asked_only_where_that_is_allowed(allowed: bool, outcome: Fetching) -> None:
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(page(b"", status="204 No Content"))
        await writer.drain()
        writer.close()

    async def run() -> Fetched:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            fetcher = HttpsFetcher(loopback=allowed)
            return await fetcher.fetch(Fetch(f"http://127.0.0.1:{port}/in", 0, 3.0, BODY), Names())

    answer = asyncio.run(run())
    assert (answer.outcome, len(heard)) == (outcome, int(allowed))
    assert answer.status == (204 if allowed else 0)
