"""Handing deliveries to a deployment, several at a time, and waiting for what becomes of each."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

from cli.client import Api
from cli.deliveries import Found, deliveries
from cli.progress import over
from cli.stops import UNREACHABLE, Stop

SMALL: Final = 1_000_000
"""Bytes up to which a delivery goes in the request itself; a larger one goes straight to storage."""

LARGEST: Final = 40 * 2**20
"""Bytes that a deployment opens at the most, as SES has it for mail."""

_PATIENCE_SECONDS: Final = 120.0
_FIRST_LOOK: Final = 0.5
_SLOWEST_LOOK: Final = 5.0


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one delivery. ``reports`` and ``problems`` as the API tells them of an upload;
    ``error`` when it was not taken, or not opened in time."""

    file: str
    reports: tuple[dict[str, Any], ...] = ()
    problems: tuple[dict[str, Any], ...] = ()
    error: str | None = None


def bring_in(
    api: Api,
    paths: Iterable[str],
    *,
    at_once: int,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Imported]:
    """Import every delivery in the paths. What cannot be reached at all stops the import."""
    found = list(deliveries(paths))
    with ThreadPoolExecutor(at_once) as pool:
        return list(over(_bounded(pool, api, found, 2 * at_once, sleep), "importing", len(found)))


def _bounded(
    pool: ThreadPoolExecutor, api: Api, found: list[Found], most: int, sleep: Callable[[float], None]
) -> Iterator[Imported]:
    """Results in order, with at most so many under way: no more bytes in memory than that."""
    waiting: deque[Future[Imported]] = deque()
    for each in found:
        waiting.append(pool.submit(_one, api, each, sleep))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _one(api: Api, found: Found, sleep: Callable[[float], None]) -> Imported:
    if found.size > LARGEST:
        return Imported(found.name, error=f"larger than {LARGEST // 2**20} MB")
    with found.open() as source:
        content = source.read()
    try:
        upload = _sent(api, found.name, content)
        return _outcome(api, found.name, upload, sleep)
    except Stop as stop:
        if stop.code == UNREACHABLE:
            raise
        return Imported(found.name, error=stop.message)


def _sent(api: Api, name: str, content: bytes) -> dict[str, Any]:
    """The upload as the API announces it."""
    label = name.rpartition("/")[2][:200]
    if len(content) <= SMALL:
        headers = {"Content-Type": "application/octet-stream"}
        answer = api.request("POST", "/reports", params={"name": label}, content=content, headers=headers)
        return dict(answer["data"])
    upload = dict(api.post("/uploads", {"name": label})["data"])
    api.put(upload["upload_url"], content)
    return upload


def _outcome(api: Api, name: str, upload: dict[str, Any], sleep: Callable[[float], None]) -> Imported:
    waited, pause = 0.0, _FIRST_LOOK
    while upload["status"] != "done":
        if waited >= _PATIENCE_SECONDS:
            return Imported(name, error=f"not opened within {_PATIENCE_SECONDS:.0f} s ({upload['id']})")
        sleep(pause)
        waited, pause = waited + pause, min(pause * 2, _SLOWEST_LOOK)
        upload = dict(api.get(f"/uploads/{upload['id']}")["data"])
    return Imported(name, tuple(upload["reports"]), tuple(upload["problems"]))
