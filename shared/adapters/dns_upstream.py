"""Servers that are asked in turn, again and again for a while, and along chains of aliases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from shared.adapters.dns_answers import LONGEST_TTL, MOST_ALIASES, NUMBERS, Onward, interpreted
from shared.adapters.dns_exchange import Unanswered, exchange, is_edns_unknown
from shared.adapters.dns_servers import Server
from shared.adapters.dns_wire import BadName, presented, wire_name
from shared.mailauth.evaluate.questions import Answer, Outcome, Question, Type

_PAUSE: Final = 0.05
"""Seconds before a server that failed is asked again, the second time twice as long, and so on."""
_MOST_RECORDS: Final = 500
_MOST_NAMES: Final = 5_000
"""An address with many host names is not worth less than one with few, so PTR has a bound of its own."""


class Upstream:
    """Asks ``servers`` in turn until one answers, ``attempts`` times in all, waiting ``timeout`` seconds
    the first time round and twice as long each time after.

    A server that answers goes first from then on if the ones before it were silent; one that turned out
    not to know EDNS is asked without.
    """

    def __init__(self, servers: tuple[Server, ...], *, timeout: float = 1.0, attempts: int = 3) -> None:
        self._servers = servers
        self._timeout = timeout
        self._attempts = attempts
        self._first = 0
        self._without_edns: set[Server] = set()

    async def ask(self, question: Question) -> Answer:
        """Never raises for what servers do: what cannot be answered is ``FAILED``, with the reason."""
        aliases: tuple[str, ...] = ()
        ttl = LONGEST_TTL
        try:
            name = first = presented(wire_name(question.name))
            while True:
                step = await self._answer(name, question.type)
                _refuse_loops(first, aliases, step.aliases)
                aliases, ttl = aliases + step.aliases, min(ttl, step.ttl)
                if isinstance(step, Answer):
                    return replace(step, aliases=aliases, ttl=ttl)
                name = aliases[-1]
        except BadName:
            return Answer(Outcome.FAILED, reason="bad name")
        except Unanswered as failure:
            return Answer(Outcome.FAILED, aliases=aliases, reason=failure.reason)

    async def _answer(self, name: str, type_: Type) -> Answer | Onward:
        failure = Unanswered("timeout")
        first, silent = self._first, False
        for attempt in range(self._attempts):
            turn, place = divmod(attempt, len(self._servers))
            place = (first + place) % len(self._servers)
            try:
                step = await self._attempt(name, type_, self._servers[place], self._timeout * 2**turn)
            except Unanswered as error:
                failure = error
                silent = silent or error.is_silence
                if error.is_final:
                    break
                await self._pause(attempt, error)
            else:
                self._first = place if silent else self._first
                return step
        raise failure

    async def _attempt(self, name: str, type_: Type, server: Server, timeout: float) -> Answer | Onward:
        most = _MOST_NAMES if type_ is Type.PTR else _MOST_RECORDS
        wire, number = wire_name(name), NUMBERS[type_]
        edns = server not in self._without_edns
        message = await exchange(wire, number, server, timeout=timeout, edns=edns, most=most)
        if edns and is_edns_unknown(message):
            message = await exchange(wire, number, server, timeout=timeout, edns=False, most=most)
            if not is_edns_unknown(message):
                self._without_edns.add(server)
        return interpreted(message, name, type_)

    async def _pause(self, attempt: int, failure: Unanswered) -> None:
        """Only before the same server is asked again; a time-out was pause enough."""
        turn, place = divmod(attempt + 1, len(self._servers))
        if turn and place == 0 and attempt + 1 < self._attempts and not failure.is_silence:
            await asyncio.sleep(_PAUSE * 2 ** (turn - 1))


def _refuse_loops(name: str, before: tuple[str, ...], more: tuple[str, ...]) -> None:
    if len(before) + len(more) > MOST_ALIASES or {name, *before}.intersection(more):
        raise Unanswered("cname loop", is_final=True)
