"""Fetching against real servers on loopback, behind a gateway as on the local stage."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.adapters.https import HttpsFetcher
from shared.mailauth.evaluate.questions import Answer, Fetch, Fetched, Fetching, Outcome, Question
from tests.contract.https_server import Names, Talk, Web, page, saying, serving
from tests.fixtures.certificates import Issued, authority, days, issue

HOST = "mta-sts.example.com"
PUBLIC = "93.184.216.34"
URL = f"https://{HOST}/.well-known/mta-sts.txt"
POLICY = b"version: STSv1\r\nmode: testing\r\nmx: mx.example.com\r\nmax_age: 86400\r\n"

Outcomes = tuple[Fetched, Web]


@pytest.fixture(scope="session")
def good() -> Issued:
    return issue([HOST], authority())


def fetched(
    folder: Path,
    certificate: Issued,
    talk: Talk,
    *,
    url: str = URL,
    largest: int = 65_536,
    timeout: float = 3.0,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    chain: str = "",
) -> Outcomes:
    async def run() -> Outcomes:
        async with serving(certificate, talk, folder, newest=newest, chain=chain) as web:
            fetcher = HttpsFetcher(gateway=("127.0.0.1", web.port), authority=authority().pem)
            names = Names(**{HOST.replace(".", "_"): [PUBLIC]})
            return await fetcher.fetch(Fetch(url, largest, timeout), names), web

    return asyncio.run(run())


def test_tells_what_it_was_given(tmp_path: Path, good: Issued) -> None:
    answer, web = fetched(tmp_path, good, saying(page(POLICY, "Content-Type: text/plain")))
    assert answer.outcome is Fetching.FETCHED
    assert (answer.status, answer.body, answer.content_type) == (200, POLICY, "text/plain")
    assert answer.addresses == (PUBLIC,)
    assert answer.certificate_ends == int(good.certificate.not_valid_after_utc.timestamp())
    request = web.heard[0]
    assert request.startswith(b"GET /.well-known/mta-sts.txt HTTP/1.1\r\n")
    assert b"\r\nHost: mta-sts.example.com\r\n" in request


@pytest.mark.statement("8.7")
def test_the_host_is_named_in_tls(tmp_path: Path, good: Issued) -> None:
    _, web = fetched(tmp_path, good, saying(page(POLICY)))
    assert web.met == [HOST]


@pytest.mark.statement("8.7")
def test_a_wildcard_certificate_of_the_domain_is_fine(tmp_path: Path) -> None:
    answer, _ = fetched(tmp_path, issue(["*.example.com"], authority()), saying(page(POLICY)))
    assert answer.outcome is Fetching.FETCHED


@pytest.mark.statement("8.7")
@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        (lambda: issue(["cdn.example.net"], authority()), "wrong name"),
        (lambda: issue(["*.a.example.com", "example.com"], authority()), "wrong name"),
        (lambda: issue([HOST], authority(), begins=days(-90), ends=days(-1)), "expired"),
        (lambda: issue([HOST], authority(), begins=days(2)), "not yet valid"),
        (lambda: issue([HOST], None), "untrusted"),
        (lambda: issue([HOST], authority("Nobody's Trust")), "untrusted"),
        (lambda: issue([HOST], authority("Middle", authority())), "untrusted"),
    ],
)
def test_a_bad_certificate_is_told_apart(
    tmp_path: Path, certificate: Callable[[], Issued], reason: str
) -> None:
    answer, web = fetched(tmp_path, certificate(), saying(page(POLICY)))
    assert answer.outcome is Fetching.BAD_CERTIFICATE
    assert answer.reason.startswith(reason)
    assert web.heard == []


@pytest.mark.statement("8.7")
def test_a_name_in_the_common_name_only_does_not_count(tmp_path: Path) -> None:
    named = issue([HOST], authority()).certificate.subject
    answer, _ = fetched(tmp_path, issue([], authority(), subject=named), saying(page(POLICY)))
    assert (answer.outcome, answer.reason) == (Fetching.BAD_CERTIFICATE, "wrong name")


def test_an_intermediate_that_is_sent_completes_the_chain(tmp_path: Path) -> None:
    middle = authority("Middle", authority())
    answer, _ = fetched(tmp_path, issue([HOST], middle), saying(page(POLICY)), chain=middle.pem)
    assert answer.outcome is Fetching.FETCHED


@pytest.mark.statement("8.7")
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_older_than_1_2_is_no_tls(tmp_path: Path, good: Issued) -> None:
    answer, web = fetched(tmp_path, good, saying(page(POLICY)), newest=ssl.TLSVersion.TLSv1_1)
    assert answer.outcome is Fetching.FAILED
    assert answer.reason
    assert web.heard == []
    answer, _ = fetched(tmp_path, good, saying(page(POLICY)), newest=ssl.TLSVersion.TLSv1_2)
    assert answer.outcome is Fetching.FETCHED


@pytest.mark.statement("8.3")
@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
@pytest.mark.parametrize("to", ["https://www.example.com/", "http://169.254.169.254/latest/meta-data/"])
def test_redirects_are_told_and_not_followed(tmp_path: Path, good: Issued, status: str, to: str) -> None:
    answer, web = fetched(tmp_path, good, saying(page(b"moved", f"Location: {to}", status=status)))
    assert answer.outcome is Fetching.FETCHED
    assert (answer.status, answer.location, answer.body) == (int(status[:3]), to, b"")
    assert len(web.heard) == 1


def test_an_error_page_is_a_status(tmp_path: Path, good: Issued) -> None:
    answer, _ = fetched(tmp_path, good, saying(page(b"x" * 200_000, status="404 Not Found")))
    assert (answer.outcome, answer.status, answer.body) == (Fetching.FETCHED, 404, b"")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nv: 1\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nv: 1",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nv: 1",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 4\r\n\r\nv: 1 and more",
    ],
)
def test_a_body_ends_in_several_ways(tmp_path: Path, good: Issued, said: bytes) -> None:
    answer, _ = fetched(tmp_path, good, saying(said))
    assert (answer.outcome, answer.body) == (Fetching.FETCHED, b"v: 1")


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (b"", Fetching.FAILED),
        (b"220 mx.example.com ESMTP\r\n", Fetching.FAILED),
        (b"\x00\x01" * 50, Fetching.FAILED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nversion: STSv1\n", Fetching.FAILED),
        (b"HTTP/1.1 200 OK\r\nContent-Len", Fetching.FAILED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n", Fetching.FAILED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nv: 1\r\n", Fetching.FAILED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", Fetching.FAILED),
        (page(b"\x1f\x8b", "Content-Encoding: gzip"), Fetching.FAILED),
        (page(b"x" * 70_000), Fetching.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", Fetching.TOO_LARGE),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 70_000, Fetching.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, Fetching.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 10_000, Fetching.TOO_LARGE),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000, Fetching.TOO_LARGE),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1;x=y\r\nx\r\n" * 60_000,
         Fetching.TOO_LARGE),
    ],
)  # fmt: skip
def test_what_is_no_answer(tmp_path: Path, good: Issued, said: bytes, outcome: Fetching) -> None:
    answer, _ = fetched(tmp_path, good, saying(said))
    assert answer.outcome is outcome
    assert answer.reason
    assert answer.body == b""


async def _dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for octet in page(POLICY):
        writer.write(bytes([octet]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def _silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def _endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x" * 4_096)
        await writer.drain()


@pytest.mark.parametrize("talk", [_dripping, _silent])
def test_the_whole_has_to_end_in_time(tmp_path: Path, good: Issued, talk: Talk) -> None:
    began = time.monotonic()
    answer, _ = fetched(tmp_path, good, talk, timeout=0.4)
    assert (answer.outcome, answer.reason) == (Fetching.FAILED, "timeout")
    assert time.monotonic() - began < 10


def test_a_body_without_end_is_left_early(tmp_path: Path, good: Issued) -> None:
    answer, _ = fetched(tmp_path, good, _endless, timeout=30)
    assert answer.outcome is Fetching.TOO_LARGE


def test_a_server_that_takes_the_connection_and_nothing_else() -> None:
    async def run() -> Fetched:
        server = await asyncio.start_server(_silent, "127.0.0.1", 0)
        gateway = ("127.0.0.1", server.sockets[0].getsockname()[1])
        try:
            names = Names(**{HOST.replace(".", "_"): [PUBLIC]})
            return await HttpsFetcher(gateway=gateway).fetch(Fetch(URL, 100, 0.4), names)
        finally:
            server.close()

    assert asyncio.run(run()).reason == "timeout"


def test_a_resolver_that_does_not_answer_is_within_the_time() -> None:
    async def resolve(_: Question) -> Answer:
        await asyncio.sleep(60)
        return Answer(Outcome.FAILED)

    answer = asyncio.run(HttpsFetcher().fetch(Fetch(URL, 100, 0.2), resolve))
    assert (answer.outcome, answer.reason) == (Fetching.FAILED, "timeout")


def test_no_address_is_told_apart_from_no_answer_of_the_dns() -> None:
    failed = Names(mta_sts_example_com=Answer(Outcome.FAILED, reason="SERVFAIL"))
    nobody = asyncio.run(HttpsFetcher().fetch(Fetch(URL, 100, 1), Names()))
    unknown = asyncio.run(HttpsFetcher().fetch(Fetch("https://mta.sts.example.com/", 100, 1), failed))
    assert nobody.outcome is Fetching.NO_ADDRESS
    assert (unknown.outcome, unknown.reason) == (Fetching.FAILED, "DNS: SERVFAIL")


@pytest.mark.parametrize("authority_text", ["no-such-file.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_an_authority_that_cannot_be_read_is_no_trouble_of_the_host(authority_text: str) -> None:
    fetcher = HttpsFetcher(gateway=("127.0.0.1", 9), authority=authority_text)
    with pytest.raises(OSError):  # noqa: PT011 - what the system and OpenSSL raise differs by version
        asyncio.run(fetcher.fetch(Fetch(URL, 100, 1), Names(**{HOST.replace(".", "_"): [PUBLIC]})))
