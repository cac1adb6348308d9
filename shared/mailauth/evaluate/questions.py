"""What an evaluation asks of the world, and what it is told: evaluations do no I/O.

An evaluation is a generator. It yields a batch of questions that can all be asked at once, is sent what each
of them was answered, and so on until it returns its result. Whoever drives it decides how to ask: a resolver
concurrently, a test out of a dictionary.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any, TypeVar


class Type(StrEnum):
    A = "A"
    AAAA = "AAAA"
    CAA = "CAA"
    CNAME = "CNAME"
    MX = "MX"
    NS = "NS"
    PTR = "PTR"
    SOA = "SOA"
    TXT = "TXT"


@dataclass(frozen=True, slots=True)
class Question:
    """``name`` in lower-case A-labels without a final dot (the root is "")."""

    name: str
    type: Type


class Outcome(Enum):
    FOUND = auto()
    NODATA = auto()
    """The name exists, without records of this type."""
    NXDOMAIN = auto()
    """The name does not exist, nor does any below it (RFC 8020)."""
    FAILED = auto()
    """No usable answer: timeout, SERVFAIL, REFUSED, lame, too large, a loop. Says nothing about the name."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``records`` in presentation form: addresses, names (lower case, no final dot, the root is ""), MX as
    ``10 mx.example.com``, CAA as ``0 issue "ca.example"``. A TXT record is its character-strings joined
    with nothing between them, one character an octet (Latin-1).

    ``ttl`` is in seconds, the smallest on the way, and that of the denial where there is nothing.
    ``aliases`` are the targets of the CNAMEs that were followed, in order.
    """

    outcome: Outcome
    records: tuple[str, ...] = ()
    ttl: int = 0
    aliases: tuple[str, ...] = ()
    reason: str = ""
    """Why it failed, in a word or two: ``timeout``, ``SERVFAIL``, ``cname loop``."""

    @property
    def found(self) -> bool:
        return self.outcome is Outcome.FOUND

    @property
    def failed(self) -> bool:
        return self.outcome is Outcome.FAILED

    @property
    def is_void(self) -> bool:
        """The DNS says that there is nothing."""
        return self.outcome in (Outcome.NODATA, Outcome.NXDOMAIN)


@dataclass(frozen=True, slots=True)
class Fetch:
    """An HTTPS GET of a URL that a stranger may have chosen. Redirects are never followed.

    ``host`` names whose certificate is asked for; it is that of the URL. Times are in seconds.
    """

    url: str
    largest: int
    """Octets of the body at most."""
    timeout: float
    post: bytes | None = None
    """What is sent, in place of a GET; of the answer only the status is read then."""
    headers: tuple[tuple[str, str], ...] = ()
    ask: bool = True
    """False: only see whether it would be asked; then there is no status."""


class Fetching(Enum):
    FETCHED = auto()
    """There is an answer, of whatever status."""
    NO_ADDRESS = auto()
    """The host's name does not exist or has no address."""
    REFUSED = auto()
    """Not asked: the URL is not plain HTTPS, or the host's addresses are not public ones."""
    BAD_CERTIFICATE = auto()
    """The certificate is expired, for another name, or of no trusted authority: ``reason`` says which."""
    TOO_LARGE = auto()
    FAILED = auto()
    """No connection, no TLS, no end within the time, or no HTTP."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """``certificate_ends`` is the epoch second at which the host's certificate expires."""

    outcome: Fetching
    status: int = 0
    content_type: str = ""
    body: bytes = b""
    reason: str = ""
    location: str = ""
    """Where an answer of status 3xx points."""
    addresses: tuple[str, ...] = ()
    certificate_ends: int | None = None


Asked = Question | Fetch
Replies = Mapping[Any, Any]
"""``Question`` -> ``Answer`` and ``Fetch`` -> ``Fetched``; see ``answer_to`` and ``fetched``."""

T = TypeVar("T")
U = TypeVar("U")
Asking = Generator[tuple[Asked, ...], Replies, T]


def ask(name: str, type_: Type) -> Asking[Answer]:
    """One question of the DNS."""
    question = Question(name, type_)
    return answer_to((yield (question,)), question)


def ask_all(questions: Iterable[Question]) -> Asking[dict[Question, Answer]]:
    """Many questions of the DNS, at once."""
    asked = tuple(dict.fromkeys(questions))
    if not asked:
        return {}
    replies = yield asked
    return {question: answer_to(replies, question) for question in asked}


def fetch(url: str, *, largest: int, timeout: float) -> Asking[Fetched]:
    wanted = Fetch(url, largest, timeout)
    reply = (yield (wanted,))[wanted]
    if not isinstance(reply, Fetched):
        raise TypeError(f"{reply!r} is no answer to {wanted}")
    return reply


def answer_to(replies: Replies, question: Question) -> Answer:
    reply = replies[question]
    if not isinstance(reply, Answer):
        raise TypeError(f"{reply!r} is no answer to {question}")
    return reply


def together(askings: Iterable[Asking[T]]) -> Asking[list[T]]:
    """Several evaluations in step: each round asks what any of them wants to know.

    For evaluations that need about as many rounds; unlike ones are better driven side by side.
    """
    waiting: dict[int, tuple[Asking[T], tuple[Asked, ...]]] = {}
    done: dict[int, T] = {}
    running = list(askings)
    for place, asking in enumerate(running):
        try:
            waiting[place] = (asking, next(asking))
        except StopIteration as stop:
            done[place] = stop.value
    while waiting:
        replies = yield tuple(dict.fromkeys(asked for _, batch in waiting.values() for asked in batch))
        for place, (asking, _) in list(waiting.items()):
            try:
                waiting[place] = (asking, asking.send(replies))
            except StopIteration as stop:
                done[place] = stop.value
                del waiting[place]
    return [done[place] for place in range(len(running))]


def both(first: Asking[T], second: Asking[U]) -> Asking[tuple[T, U]]:
    """Two unlike evaluations in step."""
    askings: list[Asking[Any]] = [first, second]
    results = yield from together(askings)
    return results[0], results[1]
