"""What a customer wants who does not say all of it: what was wanted before, else what is best at first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared.core.domains import Domain
from shared.core.errors import Conflict, Invalid
from shared.core.hosting.hosting import Hosting
from shared.core.hosting.names import Service
from shared.core.hosting.policies import DAY, Mode, Policy, policy_of
from shared.core.lookups import Lookups
from shared.core.record_generator import Wishes, generate
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.mx import inspect_mx

PARKED: Final = Wishes(p="reject", sp="reject", np="reject", adkim="s", aspf="s")
"""Section 12 of the rules for domains that send no mail."""

_FIRST_MODE: Final = Mode.TESTING
_FIRST_AGE: Final = DAY
_NAMES: Final = {
    Service.DMARC: "DMARC",
    Service.MTA_STS: "MTA-STS",
    Service.TLS_RPT: "MTA-STS",
    Service.POLICY: "MTA-STS",
}


def default_record(domain: Domain, own: str) -> str:
    """Reports and nothing else; a parked domain has nothing to wait for. ``own`` is our reporting address."""
    return generate(PARKED if domain.parked else Wishes(p="none"), own, own).record


def wanted_record(hosting: Hosting, given: str | None, default: str) -> str:
    """The record that was given, else the last one, which is not forgotten while it is off."""
    return given if given is not None else hosting.record(Service.DMARC).value or default


def wanted_policy(
    hosting: Hosting, lookups: Lookups, *, mode: str | None, mx: Sequence[str] | None, max_age: int | None
) -> Policy:
    """At first mode testing for a day (RFC 8461 section 8), with the hosts that the MX records name now.
    ``Invalid`` for what is no policy, and where the hosts cannot be known."""
    before = hosting.mta_sts.policy if hosting.mta_sts.on else None
    if mode is None:
        mode = before.mode if before else _FIRST_MODE
    if max_age is None:
        max_age = before.max_age if before else _FIRST_AGE
    if mx is None and before is not None and (before.mx or mode == Mode.NONE):
        mx = before.mx
    elif mx is None:
        mx = () if mode == Mode.NONE else _mail_hosts(hosting.name, lookups)
    return policy_of(mode, mx, max_age)


def require_on(hosting: Hosting, service: Service) -> None:
    """``Conflict`` where there is nothing to look at."""
    if not hosting.is_on(service):
        raise Conflict(f"Hosted {_NAMES[service]} is off for {hosting.name}: switch it on first", param="id")


def _mail_hosts(domain: str, lookups: Lookups) -> tuple[str, ...]:
    found = lookups.run(inspect_mx(domain))
    if found.state is State.ERROR:
        raise Invalid(f"The DNS gave no answer to the MX of {domain}: name its mail hosts", param="mx")
    if not found.names or found.null_mx:
        raise Invalid(f"{domain} has no MX records: name its mail hosts", param="mx")
    return found.names
