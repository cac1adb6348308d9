"""Requests that may be sent again: the same key and the same request do their work once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Protocol

from shared.core.callers import Caller
from shared.core.errors import Conflict, Invalid, Malformed
from shared.core.ids import AccountId

KEPT_SECONDS: Final = 86_400
"""How long an answer is given again."""

CLAIM_SECONDS: Final = 60
"""How long a request that never ended holds its key; longer than any request may run."""

PARAM: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[!-~]{1,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was answered, to be answered again. ``body`` is the text of the answer's JSON."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that is taken, by the request with this fingerprint; ``kept`` once that was answered."""

    fingerprint: str
    kept: Kept | None


class Answers(Protocol):
    def claim(self, account: AccountId, key: str, fingerprint: str, now: int) -> Claim | None:
        """Take the key for ``CLAIM_SECONDS``, in one step; ``None`` when that worked.

        Otherwise who has it: an answered request for ``KEPT_SECONDS``, or one still under way."""

    def keep(self, account: AccountId, key: str, fingerprint: str, answer: Kept, now: int) -> None:
        """Keep the answer of the request that claimed the key, for ``KEPT_SECONDS``."""

    def release(self, account: AccountId, key: str, fingerprint: str) -> None:
        """Give the key back: the request changed nothing."""


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same one."""
    return hashlib.sha256(f"{method}\x1f{path}\x1f".encode("utf-8", "surrogatepass") + body).hexdigest()


def own_key(caller: Caller, sent: str) -> str:
    """The key as nobody else in the account has it: what one is answered is not for all others to see.

    ``Malformed`` for what is no key."""
    if _KEY.fullmatch(sent) is None:
        raise Malformed(f"{PARAM} has 1 to 255 visible ASCII characters", param=PARAM)
    asker = f"key {caller.key}" if caller.user is None else f"user {caller.user}"
    return f"{asker} {sent}"


def begin(answers: Answers, account: AccountId, key: str, request: str, now: float) -> Kept | None:
    """``None``: do the work, then keep its answer. Otherwise the answer it had.

    ``Invalid`` when the key belonged to another request, ``Conflict`` when the first is under way."""
    claim = answers.claim(account, key, request, int(now))
    if claim is None:
        return None
    if claim.fingerprint != request:
        raise Invalid(f"This {PARAM} was used for another request", param=PARAM)
    if claim.kept is None:
        raise Conflict(f"The first request with this {PARAM} is still under way", param=PARAM)
    return claim.kept
