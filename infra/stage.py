"""A stage: everything in which one deployment of Postseal differs from another."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from infra.people import IdentityProvider, People, people_of
from shared import settings

LAMBDA_PYTHON: Final = "3.13"
LOCAL_ACCOUNT: Final = "000000000000"
LOCAL_REGION: Final = "us-east-1"
LOCAL_PROVIDER: Final = IdentityProvider(
    name="Example",
    issuer="https://id.postseal.test",
    client_id="postseal",
    secret="postseal/example",  # noqa: S106 - what one is called
)
"""Where people of the local stage may be converted to; nobody answers there until somebody says where."""


SnapStart = Literal["off", "api", "all"]


@dataclass(frozen=True, slots=True)
class Platform:
    """What wheels a bundle is made of; without ``uv_platform``, those of this machine's own Python."""

    name: str
    python: str
    uv_platform: str | None = None


LAMBDA: Final = Platform("lambda-arm64", LAMBDA_PYTHON, "aarch64-manylinux_2_28")
"""The runtime's system is Amazon Linux 2023, whose C library is version 2.34."""
HOST: Final = Platform("host", f"{sys.version_info.major}.{sys.version_info.minor}")


@dataclass(frozen=True, slots=True)
class ConnectionGroup:
    """Of CloudFront: the names of all policy hosts end at its ``routing_endpoint``."""

    id: str
    routing_endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One deployment. The stacks read nothing else: no context, no environment, no look-ups."""

    name: str
    report_domain: str
    region: str
    account: str | None
    """Without an account the templates are good for whichever one they are deployed to."""
    mail_host: str
    """Name of the mail exchanger that the MX record of the report domain points at."""
    hosting_domain: str
    """The zones that hosted records stand in are ``h1``, ``h2`` and so on below it."""
    people: People
    hosting_zones: int = 2
    """How many. There may be more at any time, never fewer: each domain stays in the zone it began in."""
    connection_group: ConnectionGroup | None = None
    """One that is there already; if not set, the stage makes its own. The emulator's CloudFormation knows
    no such resource, though its CloudFront does."""
    alarm_email: str | None = None
    senders: Path | None = None
    """The operator's own catalogue of senders, which goes on top of the built-in one."""
    retain: bool = True
    """Whether table, buckets, key and zone outlive their stack and refuse to be deleted."""
    snap_start: SnapStart = "off"
    """Which functions start from a snapshot. A snapshot is paid for by the GB and second, used or not: some
    4 USD a GB and month, which is more than all else a small deployment costs."""
    receives_mail: bool = True
    """Whether SES is set up here; if not, something else delivers to the bucket and the topic."""
    requires_tls: bool = True
    """Whether buckets, topic and queues refuse plain HTTP."""
    deploys_as_caller: bool = False
    """Whether the CLI's own credentials deploy, rather than the roles that ``cdk bootstrap`` made."""
    platform: Platform = LAMBDA
    names_batches: bool = False
    """Whether sending a batch to a queue takes a grant of its own. AWS knows no such action: there the grant
    to send covers batches. The emulator asks for ``sqs:SendMessageBatch``."""
    authorizes_by_arn: bool = True
    """Whether CloudFront's tenants, Route 53's changes and SES's sending are granted by their ARNs. The
    emulator asks for a grant on everything."""
    redelivery_seconds: int | None = None
    """When a message comes back that a function died on; if not set, after six times its time limit."""
    most_at_once: int | None = None
    """Bound on how many batches of one queue are worked on in parallel; if not set, each queue's own."""
    log_days: int = 30
    log_level: str = "INFO"
    mail_days: int = settings.MAIL_DAYS
    """Days that a raw mail or an upload rests, so that it can be read and replayed."""
    advice_seconds: int = 300
    """For which news about a domain gathers before its advice is thought over."""
    closing_seconds: int = 30 * 86_400
    """From the closing of an account to the deletion of its data: until then it can be reopened."""
    failure_days: int = 30
    """Days that a failure report rests: it can hold parts of somebody's mail."""
    lake_days: int = settings.LAKE_DAYS
    """Days that the nightly export of a day rests, whatever the plan of its account keeps. They count from
    when it was last written."""
    requests_per_second: int = 100
    requests_burst: int = 200
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Variables that every function gets beside its own."""

    @property
    def alert_bus(self) -> str:
        """Named after the stage, but for the usual ones: buses of a region share a namespace."""
        return "postseal" if self.name in ("prod", "local") else f"postseal-{self.name}"

    @property
    def sends_as_own(self) -> bool:
        """Whether the domain of the letters stands in our own zone."""
        return self.people.letter_domain.endswith(f".{self.report_domain}")


def local(
    *,
    report_domain: str,
    mail_host: str,
    environment: Mapping[str, str],
    connection_group: ConnectionGroup | None,
    cognito_endpoint: str,
) -> Stage:
    """The stage on the emulator: nothing is kept, wheels are the host's, SMTP listener instead of SES."""
    return Stage(
        name="local",
        report_domain=report_domain,
        region=LOCAL_REGION,
        account=LOCAL_ACCOUNT,
        mail_host=mail_host,
        hosting_domain=_hosting_domain(report_domain),
        connection_group=connection_group,
        people=people_of(
            report_domain,
            cognito_endpoint=cognito_endpoint,
            identity_providers=(LOCAL_PROVIDER,),
            makes_providers=False,
        ),
        retain=False,
        receives_mail=False,
        most_at_once=3,
        requires_tls=False,
        deploys_as_caller=True,
        platform=HOST,
        names_batches=True,
        authorizes_by_arn=False,
        redelivery_seconds=20,
        log_days=1,
        advice_seconds=1,
        closing_seconds=5,
        requests_per_second=1000,
        requests_burst=2000,
        # Nothing listens for traces there.
        environment=MappingProxyType({"POWERTOOLS_TRACE_DISABLED": "true", **environment}),
    )


def hosted(
    name: str,
    *,
    report_domain: str,
    region: str,
    account: str | None = None,
    hosting_domain: str | None = None,
    hosting_zones: int = 2,
    alarm_email: str | None = None,
    snap_start: SnapStart = "off",
) -> Stage:
    """A stage on AWS; ``prod`` keeps its data, any other is thrown away with its stacks.

    How people sign in follows from the report domain; replace ``people`` to say it otherwise."""
    return Stage(
        name=name,
        report_domain=report_domain,
        region=region,
        account=account,
        mail_host=f"inbound-smtp.{region}.amazonaws.com",
        hosting_domain=hosting_domain or _hosting_domain(report_domain),
        hosting_zones=hosting_zones,
        people=people_of(report_domain),
        alarm_email=alarm_email,
        snap_start=snap_start,
        retain=name == "prod",
    )


def _hosting_domain(report_domain: str) -> str:
    """Below the report domain, whose zone is ours: so the hosting zones can be delegated here, too."""
    return f"dns.{report_domain}"
