"""MTA-STS policies and their ids (RFC 8461)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.core.errors import Invalid
from shared.mailauth.names import BadName, normalised

DAY: Final = 86_400
LONGEST_AGE: Final = 31_557_600
_MOST_HOSTS: Final = 50
_ID: Final = "%Y%m%dT%H%M%SZ"


class Mode(StrEnum):
    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Policy:
    """``mx`` are host names or ``*.`` and a name; ``max_age`` in seconds."""

    mode: Mode
    mx: tuple[str, ...]
    max_age: int

    @property
    def body(self) -> str:
        """The policy file, with the line ends of RFC 8461 section 3.2."""
        lines = ["version: STSv1", f"mode: {self.mode}"]
        lines += [f"mx: {host}" for host in self.mx]
        lines.append(f"max_age: {self.max_age}")
        return "".join(f"{line}\r\n" for line in lines)


REMOVAL: Final = Policy(Mode.NONE, (), DAY)
"""What is served for a while before there is no policy (RFC 8461 section 8.3)."""


def policy_of(mode: str, mx: Sequence[str], max_age: int) -> Policy:
    """A policy that senders will take. ``Invalid`` for anything else."""
    if mode not in tuple(Mode):
        raise Invalid("The mode is enforce, testing or none", param="mode")
    hosts = tuple(dict.fromkeys(_host(each) for each in mx))
    if not hosts and mode != Mode.NONE:
        raise Invalid("A policy that is not of mode none names at least one MX host", param="mx")
    if len(hosts) > _MOST_HOSTS:
        raise Invalid(f"A policy may name {_MOST_HOSTS} MX hosts", param="mx")
    if not DAY <= max_age <= LONGEST_AGE:
        raise Invalid(f"max_age is from {DAY} (a day) to {LONGEST_AGE} seconds", param="max_age")
    return Policy(Mode(mode), hosts, max_age)


def _host(text: str) -> str:
    wildcard, name = ("*.", text.strip()[2:]) if text.strip().startswith("*.") else ("", text.strip())
    try:
        host = normalised(name)
    except BadName:
        raise Invalid(f"{text!r} is not the name of an MX host, or *. and a name", param="mx") from None
    if "." not in host:
        raise Invalid(f"{text!r} is not a full host name", param="mx")
    return wildcard + host


def next_id(now: int, last: str) -> str:
    """An id that was never used for this domain before: of the time, and after ``last``."""
    moment = datetime.fromtimestamp(now, UTC)
    if last:
        moment = max(moment, datetime.strptime(last, _ID).replace(tzinfo=UTC) + timedelta(seconds=1))
    return moment.strftime(_ID)


def mta_sts_record(policy_id: str) -> str:
    return f"v=STSv1; id={policy_id};"
