"""The cast of the demo: whose mail is reported about, and who sends as them.

Addresses are of the networks that such senders really have, so that country, network and sender can be
told. Nothing is ever sent to them; their names come from the zone files of the local DNS server.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Conduct(StrEnum):
    """How a sender's mail fares before DMARC."""

    ALIGNED = "aligned"
    DKIM_ONLY = "dkim_only"
    """Signs as the domain, bounces to a domain of its own."""
    MISALIGNED = "misaligned"
    """Passes SPF and DKIM, for its own domain."""
    FORWARDER = "forwarder"
    """SPF breaks on the way; the signature survives mostly."""
    SPOOFER = "spoofer"


@dataclass(frozen=True, slots=True)
class Host:
    """An address and the name that DNS gives it, if any."""

    ip: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who sends with a domain in header-from.

    ``volume`` is messages per working day over all receivers; ``own_domain`` is what it signs or bounces
    with beside the domain itself; ``recognised_as`` is the sender domain that sources should show.
    """

    key: str
    conduct: Conduct
    volume: int
    hosts: tuple[Host, ...]
    own_domain: str = ""
    selector: str = "s1"
    subdomain: str = ""
    weekends: float = 0.3
    recognised_as: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The DMARC record that a domain publishes."""

    p: str
    sp: str
    adkim: str = "r"
    aspf: str = "r"


@dataclass(frozen=True, slots=True)
class Watched:
    """A domain of the demo."""

    name: str
    policy: Policy
    senders: tuple[Sender, ...]
    failure_reports: bool = False


GOOGLE: Final = (
    Host("209.85.220.41", "mail-sor-f41.google.com"),
    Host("209.85.128.176", "mail-yw1-f176.google.com"),
    Host("209.85.219.54", "mail-qv1-f54.google.com"),
    Host("2a00:1450:4864:20::42b", "mail-wr1-x42b.google.com"),
    Host("2607:f8b0:4864:20::112a", "mail-yw1-x112a.google.com"),
)
AMAZON_SES: Final = (
    Host("54.240.8.31", "a8-31.smtp-out.amazonses.com"),
    Host("54.240.8.97", "a8-97.smtp-out.amazonses.com"),
    Host("54.240.11.12", "a11-12.smtp-out.amazonses.com"),
)
MAILCHIMP: Final = (
    Host("198.2.128.12", "mail12.atl11.rsgsv.net"),
    Host("198.2.130.44", "mail44.atl31.rsgsv.net"),
    Host("205.201.128.73", "mail73.atl51.rsgsv.net"),
)
SENDGRID: Final = (
    Host("167.89.12.34", "o1.ptr4411.sendgrid.net"),
    Host("149.72.88.21", "o2.ptr4411.sendgrid.net"),
)
POBOX: Final = (
    Host("64.147.108.71", "pb-smtp21.pobox.com"),
    Host("173.228.157.53", "pb-smtp20.pobox.com"),
)
LIST_HOST: Final = (Host("82.195.75.100", "bendel.debian.org"),)

SPOOFED_FROM: Final = (
    "45.95.168",
    "103.151.122",
    "177.53.141",
    "185.234.218",
    "193.56.28",
    "5.188.206",
    "91.240.118",
    "196.251.70",
)
"""Networks (/24) that the spoofing campaigns come from; their addresses have no names."""

ORCHARD: Final = Watched(
    name="orchard.example",
    policy=Policy(p="quarantine", sp="none"),
    senders=(
        Sender(
            "orchard-servers",
            Conduct.ALIGNED,
            900,
            (
                Host("88.198.24.17", "mail1.orchard.example"),
                Host("88.198.24.18", "mail2.orchard.example"),
                Host("2a01:4f8:10a:2c5::2", "mail1.orchard.example"),
            ),
            selector="mail2026",
            recognised_as="orchard.example",
        ),
        Sender(
            "orchard-google",
            Conduct.ALIGNED,
            1_400,
            GOOGLE,
            selector="google",
            recognised_as="google.com",
        ),
        Sender(
            "orchard-shop",
            Conduct.ALIGNED,
            600,
            AMAZON_SES,
            own_domain="amazonses.com",
            selector="shop1",
            subdomain="shop",
            weekends=1.0,
            recognised_as="amazonses.com",
        ),
        Sender(
            "orchard-newsletter",
            Conduct.MISALIGNED,
            500,
            MAILCHIMP,
            own_domain="mcsv.net",
            selector="k2",
            subdomain="",
            weekends=0.1,
            recognised_as="mailchimp.com",
        ),
        Sender(
            "orchard-forwarded",
            Conduct.FORWARDER,
            120,
            POBOX,
            own_domain="pobox.com",
            selector="google",
        ),
        Sender(
            "orchard-lists",
            Conduct.FORWARDER,
            60,
            LIST_HOST,
            own_domain="lists.debian.org",
            selector="google",
        ),
        Sender(
            "orchard-spoofed",
            Conduct.SPOOFER,
            700,
            (),
            own_domain="bounce.invalid",
            weekends=1.0,
        ),
    ),
)
PARCEL: Final = Watched(
    name="parcel.example",
    policy=Policy(p="reject", sp="reject", adkim="s"),
    senders=(
        Sender(
            "parcel-servers",
            Conduct.ALIGNED,
            2_500,
            (
                Host("51.38.41.9", "mx1.parcel.example"),
                Host("51.38.41.10", "mx2.parcel.example"),
                Host("2001:41d0:700:4a1::9", "mx1.parcel.example"),
            ),
            selector="px26a",
            weekends=0.7,
            recognised_as="parcel.example",
        ),
        Sender(
            "parcel-tracking",
            Conduct.DKIM_ONLY,
            1_800,
            SENDGRID,
            own_domain="sendgrid.net",
            selector="s1",
            weekends=0.8,
            recognised_as="sendgrid.com",
        ),
        Sender(
            "parcel-forwarded",
            Conduct.FORWARDER,
            90,
            POBOX,
            own_domain="pobox.com",
            selector="px26a",
        ),
        Sender(
            "parcel-spoofed",
            Conduct.SPOOFER,
            1_600,
            (),
            own_domain="bounce.invalid",
            weekends=1.0,
        ),
    ),
    failure_reports=True,
)
MEADOW: Final = Watched(
    name="meadow.example",
    policy=Policy(p="none", sp="none"),
    senders=(
        Sender(
            "meadow-servers",
            Conduct.ALIGNED,
            900,
            (
                Host("78.46.91.20", "mail1.meadow.example"),
                Host("78.46.91.21", "mail2.meadow.example"),
                Host("2a01:4f8:120:3b7::2", "mail1.meadow.example"),
            ),
            selector="m2026",
            recognised_as="meadow.example",
        ),
        Sender(
            "meadow-newsletter",
            Conduct.MISALIGNED,
            500,
            MAILCHIMP,
            own_domain="mcsv.net",
            selector="k2",
            recognised_as="mailchimp.com",
        ),
        Sender(
            "meadow-forwarded",
            Conduct.FORWARDER,
            90,
            POBOX,
            own_domain="pobox.com",
            selector="m2026",
        ),
        Sender(
            "meadow-spoofed",
            Conduct.SPOOFER,
            300,
            (),
            own_domain="bounce.invalid",
            weekends=1.0,
        ),
    ),
)
"""Whose newsletter is put right while the demo runs."""

DOMAINS: Final = (ORCHARD, PARCEL)
CAST: Final = (*DOMAINS, MEADOW)
SENDERS: Final = {sender.key: sender for watched in CAST for sender in watched.senders}
CONDUCTS: Final = {key: sender.conduct for key, sender in SENDERS.items()}
