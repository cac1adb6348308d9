"""The DMARC record that a domain should have, to hold the published one to."""

from __future__ import annotations

from typing import Final

from shared.core.domains import Domain
from shared.core.errors import Invalid
from shared.core.hosting.hosting import Hosting
from shared.core.hosting.names import Service
from shared.core.hosting.wishes import default_record
from shared.mailauth.findings import Severity
from shared.mailauth.records import dmarc

LONGEST: Final = 1_000


def required_record(text: str, *, param: str) -> str:
    """The text, if receivers can use it; ``Invalid`` says what is wrong first. Empty takes a wish back."""
    if len(text) > LONGEST:
        raise Invalid(f"A record may have {LONGEST} characters", param=param)
    findings = dmarc.parse(text).findings if text else ()
    wrong = next((finding for finding in findings if finding.severity is Severity.ERROR), None)
    if wrong is not None:
        raise Invalid(wrong.message, param=param)
    return text


def wanted_record(domain: Domain, hosting: Hosting | None, address: str) -> str:
    """What is hosted, else what the owner wished for; else reports to ``address``, and no mail from a parked
    domain."""
    if hosting is not None and hosting.is_on(Service.DMARC):
        return hosting.record(Service.DMARC).value
    return domain.wanted_dmarc or default_record(domain, address)
