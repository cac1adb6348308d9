"""What a report says, as frozen values.

Everything here is what the reporter wrote, normalised (case, whitespace, address forms) but never
corrected. "Absent" stays distinct from a default: an absent element is ``None`` or ``()``.
Times are epoch seconds, UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    AGGREGATE = "aggregate"
    FAILURE = "failure"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Deviation:
    """One way in which a report departs from its schema, and was read all the same."""

    code: str
    detail: str = ""


# --- aggregate: RFC 9990, RFC 7489 appendix C -------------------------------------------------


@dataclass(frozen=True, slots=True)
class Override:
    """Why the receiver applied another policy than the published one (RFC 9990 section 3.1)."""

    type: str
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """``policy_evaluated``: the aligned results and what the receiver did.

    ``dkim`` and ``spf`` are ``"pass"``, ``"fail"`` or ``None`` when the reporter left them out.
    """

    disposition: str | None
    dkim: str | None
    spf: str | None
    overrides: tuple[Override, ...] = ()

    @property
    def dmarc_pass(self) -> bool:
        """DMARC passed when either aligned mechanism did; the disposition has no say in it."""
        return self.dkim == "pass" or self.spf == "pass"


@dataclass(frozen=True, slots=True)
class Identifiers:
    header_from: str
    envelope_from: str | None = None
    envelope_to: str | None = None


@dataclass(frozen=True, slots=True)
class DkimAuth:
    domain: str
    selector: str | None
    result: str
    human_result: str | None = None


@dataclass(frozen=True, slots=True)
class SpfAuth:
    domain: str
    scope: str | None
    result: str
    human_result: str | None = None


@dataclass(frozen=True, slots=True)
class AuthResults:
    """``auth_results``: the raw results, before alignment."""

    dkim: tuple[DkimAuth, ...] = ()
    spf: tuple[SpfAuth, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One record. ``source_ip`` is the canonical text of the address, or the raw text if it is none.

    The inner values of rows are mostly one object where they are equal, within and across reports.
    """

    source_ip: str
    count: int
    evaluated: Evaluated
    identifiers: Identifiers
    auth: AuthResults


@dataclass(frozen=True, slots=True)
class PolicyPublished:
    domain: str
    p: str | None = None
    sp: str | None = None
    np: str | None = None
    adkim: str | None = None
    aspf: str | None = None
    pct: str | None = None
    fo: str | None = None
    testing: str | None = None
    discovery_method: str | None = None


@dataclass(frozen=True, slots=True)
class AggregateReport:
    """An aggregate report without its rows, which went to the row sink while it was read.

    ``rows`` counts the records that were read, ``bad_rows`` those that could not be.
    """

    org_name: str
    email: str | None
    extra_contact_info: str | None
    report_id: str
    begin: int
    end: int
    policy: PolicyPublished
    rows: int
    bad_rows: int
    messages: int
    dmarc_pass: int
    errors: tuple[str, ...] = ()
    generator: str | None = None
    version: str | None = None
    namespace: str | None = None
    deviations: tuple[Deviation, ...] = ()

    @property
    def kind(self) -> Kind:
        return Kind.AGGREGATE


RowSink = Callable[[Row], None]
"""Takes the rows of one aggregate report as they are read; a new one is opened for each report."""


# --- TLS: RFC 8460 ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TlsFailure:
    result_type: str
    sending_mta_ip: str | None
    receiving_mx_hostname: str | None
    receiving_mx_helo: str | None
    receiving_ip: str | None
    failed_session_count: int
    additional_information: str | None = None
    failure_reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class TlsPolicy:
    policy_type: str
    policy_domain: str
    policy_string: tuple[str, ...]
    mx_hosts: tuple[str, ...]
    successful_sessions: int
    failed_sessions: int
    failures: tuple[TlsFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class TlsReport:
    """``sender`` is the domain that its mail is from, ``signers`` those whose signatures of the mail passed;
    empty where it came otherwise, or nobody tells."""

    organization: str
    contact_info: str | None
    report_id: str
    begin: int
    end: int
    policies: tuple[TlsPolicy, ...]
    deviations: tuple[Deviation, ...] = ()
    sender: str | None = None
    signers: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        return Kind.TLS

    @property
    def is_signed_by_others(self) -> bool:
        """By domains that are neither the sender's own nor above or below it (RFC 8460 section 3)."""
        return bool(self.signers) and not any(self._is_sender(signer) for signer in self.signers)

    def _is_sender(self, signer: str) -> bool:
        mine = self.sender or ""
        return mine == signer or mine.endswith(f".{signer}") or signer.endswith(f".{mine}")


# --- failure: RFC 9991, RFC 6591, RFC 5965 ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class FailureReport:
    """One report about one message.

    ``feedback_type`` is ``auth-failure``, or that of a complaint about the message: ``abuse``, ``fraud``,
    ``opt-out`` and the like (RFC 5965 section 7.3).
    ``original_headers`` are the header fields of the message, in their order;
    ``original_body`` is what the reporter included of its body, as text, or ``None``;
    ``urls`` are links that the reporter named or that are in the body.
    """

    feedback_type: str
    user_agent: str | None
    version: str | None
    auth_failure: tuple[str, ...]
    reported_domain: str
    reporter: str
    arrival: int | None
    source_ip: str | None
    source_port: int | None
    incidents: int
    delivery_result: str | None
    identity_alignment: tuple[str, ...] | None
    dkim_domain: str | None
    dkim_identity: str | None
    dkim_selector: str | None
    spf_dns: tuple[str, ...]
    original_mail_from: str | None
    original_rcpt_to: tuple[str, ...]
    original_envelope_id: str | None
    reporting_mta: str | None
    reported_uri: tuple[str, ...]
    authentication_results: tuple[str, ...]
    original_headers: tuple[tuple[str, str], ...]
    original_body: str | None
    report_id: str
    deviations: tuple[Deviation, ...] = ()
    urls: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        return Kind.FAILURE

    def original_header(self, name: str) -> str | None:
        """The first value of a header field of the failed message, by case-insensitive name."""
        wanted = name.lower()
        return next((value for key, value in self.original_headers if key.lower() == wanted), None)


Report = AggregateReport | TlsReport | FailureReport
