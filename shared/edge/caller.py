"""Who asks: from a request's headers and address to a caller, or to the refusal it gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final

from shared.core import ids
from shared.core.access_tokens import AccessTokens, SignedIn
from shared.core.accounts import Account, Accounts
from shared.core.api_keys import PREFIX as KEY
from shared.core.api_keys import AddressLimits, Allowance, ApiKeys, spend_key
from shared.core.callers import Caller
from shared.core.errors import Forbidden, Limited, NotFound, Refusal, Unauthenticated
from shared.core.ids import AccountId
from shared.core.member_tokens import PREFIX as TOKEN
from shared.core.member_tokens import enter_with_secret
from shared.core.members import Entered, Members
from shared.core.plans import ANONYMOUS_REQUESTS_PER_MINUTE, REFUSED_KEYS_PER_MINUTE

ACCOUNT_HEADER: Final = "X-Postseal-Account"
"""Names the account that a user who is in several acts for."""

_BEARER: Final = re.compile(r"bearer +(\S+) *", re.IGNORECASE | re.ASCII)
_KEYLESS: Final = "keyless"
_MOST_TRIED: Final = 10
"""Accounts of a user who names none: the first one whose invitation was taken up is it."""


@dataclass(frozen=True, slots=True)
class Admission:
    """``allowance`` is what the rate limit has left; without a caller, ``refusal`` says why, if at all."""

    allowance: Allowance
    caller: Caller | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Doors:
    """What callers are known by. What verifies access tokens is asked for when one comes."""

    keys: ApiKeys
    accounts: Accounts
    members: Members
    limits: AddressLimits
    tokens: Callable[[], AccessTokens]


def admit(event: Mapping[str, Any], doors: Doors, now: float) -> Admission:
    """Admit a request by its API key, a user's API token or an access token. Of whoever comes without one,
    with a wrong one, or for an account that is none of theirs, the address is counted."""
    secret = bearer_of(event)
    if secret is None:
        return _turned_away(
            doors.limits, event, _KEYLESS, ANONYMOUS_REQUESTS_PER_MINUTE, now, refusal=_unauthenticated()
        )
    try:
        wanted = _wanted(event)
        if secret.startswith(TOKEN):
            return _with_token(secret, wanted, doors, now)
        if secret.startswith(KEY) or "." not in secret:
            return _with_key(secret, wanted, doors, now)
        return _signed_in(doors.tokens().verify(secret, now), wanted, doors, now)
    except (Unauthenticated, NotFound, Forbidden) as refusal:
        return _turned_away(doors.limits, event, "refused", REFUSED_KEYS_PER_MINUTE, now, refusal=refusal)


def admit_or_anyone(event: Mapping[str, Any], doors: Doors, now: float) -> Admission:
    """As ``admit``, or as the address's where the request comes without any key; one has to be right where
    there is one."""
    if "authorization" in {name.lower() for name in event.get("headers") or {}}:
        return admit(event, doors, now)
    return anyone(event, doors.limits, bucket=_KEYLESS, per_minute=ANONYMOUS_REQUESTS_PER_MINUTE, now=now)


def anyone(
    event: Mapping[str, Any], limits: AddressLimits, *, bucket: str, per_minute: int, now: float
) -> Admission:
    """Admit a request of whomever, so many a minute from one address."""
    allowance = limits.spend(address_of(event), bucket, per_minute, int(now))
    return Admission(allowance, refusal=_limited(allowance, now) if allowance.exceeded else None)


def bearer_of(event: Mapping[str, Any]) -> str | None:
    match = _BEARER.fullmatch(_header(event, "authorization"))
    return match.group(1) if match else None


def address_of(event: Mapping[str, Any]) -> str:
    """Whose address pays: an IPv6 customer has a /64 at least, so that is counted as one."""
    text = str(event["requestContext"]["http"].get("sourceIp", ""))
    try:
        address = ip_address(text)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False).network_address)
    return str(address)


def _with_key(secret: str, wanted: AccountId | None, doors: Doors, now: float) -> Admission:
    spent = spend_key(doors.keys, secret, now)
    key = spent.key
    if spent.allowance.exceeded:
        return Admission(spent.allowance, refusal=_limited(spent.allowance, now))
    account = _account(key.account, wanted, doors)
    if key.group is not None and key.group in account.removed_groups:
        raise _unauthenticated()
    return Admission(spent.allowance, Caller(account, key.id, now, key.rights, label=key.name))


def _with_token(secret: str, wanted: AccountId | None, doors: Doors, now: float) -> Admission:
    number, entered = enter_with_secret(doors.members, secret, now)
    return _entered(number, entered, wanted, doors, now)


def _signed_in(who: SignedIn, wanted: AccountId | None, doors: Doors, now: float) -> Admission:
    """Without an account named, the user's oldest one, for one more read."""
    named = [wanted] if wanted is not None else doors.members.accounts_of(who.user)[:_MOST_TRIED]
    for number in named:
        entered = doors.members.enter(number, who.user, signed_in=who.at, now=int(now))
        if entered is not None:
            return _entered(number, entered, wanted, doors, now)
    if wanted is not None:
        raise _nowhere()
    raise Forbidden("You are not a member of any account")


def _entered(
    number: AccountId, entered: Entered, wanted: AccountId | None, doors: Doors, now: float
) -> Admission:
    if entered.allowance.exceeded:
        return Admission(entered.allowance, refusal=_limited(entered.allowance, now))
    account = _account(number, wanted, doors)
    caller = Caller(account, None, now, entered.rights, user=entered.user, label=entered.email)
    return Admission(entered.allowance, caller)


def _account(number: AccountId, wanted: AccountId | None, doors: Doors) -> Account:
    """``NotFound`` when the request names another account than the key or token is of."""
    if wanted not in (None, number):
        raise _nowhere()
    account = doors.accounts.get(number)
    if account is None:
        raise _unauthenticated()
    return account


def _wanted(event: Mapping[str, Any]) -> AccountId | None:
    named = _header(event, ACCOUNT_HEADER.lower()).strip()
    return AccountId(ids.parse(ids.ACCOUNT, named, param=ACCOUNT_HEADER)) if named else None


def _header(event: Mapping[str, Any], name: str) -> str:
    """``name`` in lower case; empty when the request does not have it."""
    headers = {each.lower(): value for each, value in (event.get("headers") or {}).items()}
    return str(headers.get(name, ""))


def _turned_away(
    limits: AddressLimits,
    event: Mapping[str, Any],
    bucket: str,
    per_minute: int,
    now: float,
    *,
    refusal: Refusal,
) -> Admission:
    found = anyone(event, limits, bucket=bucket, per_minute=per_minute, now=now)
    return Admission(found.allowance, refusal=found.refusal or refusal)


def _nowhere() -> NotFound:
    return NotFound("The requested resource could not be found", param=ACCOUNT_HEADER)


def _unauthenticated() -> Unauthenticated:
    return Unauthenticated("Invalid or missing API key")


def _limited(allowance: Allowance, now: float) -> Limited:
    wait = max(allowance.reset - int(now), 1)
    return Limited(f"Rate limit of {allowance.limit} requests a minute exceeded", retry_after=wait)
