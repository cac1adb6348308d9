"""Records and policies given as text: what they say, and what is wrong with them, without any question."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from shared.mailauth.evaluate.bimi import validate_bimi
from shared.mailauth.evaluate.dkim import validate_dkim
from shared.mailauth.evaluate.dmarc import validate_dmarc
from shared.mailauth.evaluate.inspection import Inspection
from shared.mailauth.evaluate.mta_sts import validate_mta_sts, validate_mta_sts_policy
from shared.mailauth.evaluate.spf_tree import validate_spf
from shared.mailauth.evaluate.tls_rpt import validate_tls_rpt
from shared.mailauth.records.dns_text import BadText, octets, unquoted


class Kind(StrEnum):
    """What can be validated; the policy is a file, all others are TXT records."""

    DMARC = "dmarc"
    SPF = "spf"
    DKIM = "dkim"
    BIMI = "bimi"
    MTA_STS = "mta_sts"
    MTA_STS_POLICY = "mta_sts_policy"
    TLS_RPT = "tls_rpt"


_VALIDATIONS: Final[dict[Kind, Callable[[str, str], Inspection]]] = {
    Kind.DMARC: validate_dmarc,
    Kind.SPF: validate_spf,
    Kind.DKIM: validate_dkim,
    Kind.BIMI: validate_bimi,
    Kind.MTA_STS: validate_mta_sts,
    Kind.MTA_STS_POLICY: validate_mta_sts_policy,
    Kind.TLS_RPT: validate_tls_rpt,
}


def validate(kind: Kind, text: str, domain: str = "") -> Inspection:
    """The inspection of the kind, with what the text alone tells. ``domain`` is whose it is to be, or empty.

    A record may be given as zone files write it, in quoted strings: it is validated, and shown, as resolvers
    hand it on. Places of findings are places in that text.
    """
    return _VALIDATIONS[kind](text if kind is Kind.MTA_STS_POLICY else _as_resolved(text), domain)


def _as_resolved(text: str) -> str:
    """Without spaces and line ends around it: those come from pasting."""
    text = text.strip()
    if not text.startswith('"'):
        return text
    try:
        return octets(unquoted(text)).decode("latin-1")
    except BadText:
        return text
