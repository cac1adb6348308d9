"""The host names of addresses, looked up and confirmed, many at once and within a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from ipaddress import ip_address

from shared.adapters.resolver import Resolver
from shared.core.addresses import HostName, candidates, confirms, is_worth_asking
from shared.mailauth.evaluate.questions import Question, Type


async def host_names(
    addresses: Iterable[str],
    resolver: Resolver,
    *,
    now: int,
    deadline: float,
    concurrency: int = 50,
    patience: float = 10.0,
) -> dict[str, HostName]:
    """The host names of addresses, looked up and confirmed, ``concurrency`` addresses at a time.

    Addresses that are not worth asking about are absent from the result, and so are those that the
    ``deadline`` (seconds from now) came too early for. ``patience`` is the most seconds that all questions
    about one address may take together. ``now`` is the epoch second to note as checked.
    """
    found: dict[str, HostName] = {}
    waiting = iter(dict.fromkeys(address for address in addresses if is_worth_asking(address)))

    async def work() -> None:
        for address in waiting:
            found[address] = await _host_name(address, resolver, now, patience)

    try:
        async with asyncio.timeout(deadline), asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(work())
    except TimeoutError:
        pass
    finally:
        await resolver.close()
    return found


async def _host_name(address: str, resolver: Resolver, now: int, patience: float) -> HostName:
    failed = HostName(None, False, now, failed=True)
    try:
        async with asyncio.timeout(patience):
            return await _look_up(address, resolver, now) or failed
    except TimeoutError:
        return failed


async def _look_up(address: str, resolver: Resolver, now: int) -> HostName | None:
    """``None`` if the DNS fails to say."""
    reverse = await resolver.ask(Question(ip_address(address).reverse_pointer, Type.PTR))
    if reverse.failed:
        return None
    names, unsure = candidates(reverse.records), False
    for name in names:
        forward = await resolver.ask(Question(name, Type.AAAA if ":" in address else Type.A))
        if confirms(address, forward.records):
            return HostName(name, True, now)
        unsure = unsure or forward.failed
    return None if unsure else HostName(next(iter(names), None), False, now)
