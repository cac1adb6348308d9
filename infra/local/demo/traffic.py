"""Who sent what on a day, and what each receiver makes of it.

Everything is drawn from the seed and the absolute day, never from where the day lies in the window:
tomorrow's demo tells the same of the days that it shares with today's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Final

from infra.local.demo.cast import (
    DOMAINS,
    SPOOFED_FROM,
    Conduct,
    Sender,
    Watched,
)
from infra.local.demo.reporters import REPORTERS, Reporter
from infra.local.demo.truth import Aggregate, Line

DAY_SECONDS: Final = 86_400
_CAMPAIGN_WEEKS: Final = 4
"""A spoofing campaign runs for one week of every so many."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The size of a demo. ``density`` multiplies how often reporters report (every day at the most),
    ``padding`` adds so many rows of the domain's own servers to every report."""

    last_day: date
    days: int = 60
    seed: str = "orchard"
    domains: tuple[Watched, ...] = DOMAINS
    reporters: tuple[Reporter, ...] = REPORTERS
    density: float = 1.0
    padding: int = 0

    @property
    def first_day(self) -> date:
        return self.last_day - timedelta(days=self.days - 1)

    @property
    def window(self) -> tuple[date, ...]:
        return tuple(self.first_day + timedelta(days=offset) for offset in range(self.days))


def epoch_of(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def drawn(*about: str) -> Random:
    """Chance that falls the same way whenever it is asked about the same."""
    return Random("|".join(about))


def aggregates(parameters: Parameters) -> Iterator[Aggregate]:
    """Every aggregate report of the window, by day. A period that begins before the window is left out."""
    for day in parameters.window:
        for watched in parameters.domains:
            for reporter in parameters.reporters:
                random = drawn(parameters.seed, watched.name, reporter.org, str(day))
                if random.random() >= reporter.daily * parameters.density:
                    continue
                report = _report(watched, reporter, day, random, parameters.padding)
                if report is not None and report.day >= parameters.first_day:
                    yield report


def _report(
    watched: Watched, reporter: Reporter, day: date, random: Random, padding: int
) -> Aggregate | None:
    lines = [
        line
        for sender in watched.senders
        if _sends(sender, day)
        for line in _lines(sender, watched, reporter, day, random)
    ]
    lines += [_padding(watched, reporter, number) for number in range(padding)]
    if not lines:
        return None
    begin = epoch_of(day) + reporter.begins * 3_600
    return Aggregate(
        domain=watched.name,
        policy=watched.policy,
        reporter=reporter,
        report_id=_report_id(reporter, watched, day, random),
        begin=begin,
        end=begin + DAY_SECONDS - (reporter.dialect == "plain"),
        lines=tuple(lines),
    )


def _sends(sender: Sender, day: date) -> bool:
    if sender.conduct is not Conduct.SPOOFER:
        return True
    return (day.toordinal() // 7 + len(sender.key)) % _CAMPAIGN_WEEKS == 0


def _lines(sender: Sender, watched: Watched, reporter: Reporter, day: date, random: Random) -> Iterator[Line]:
    weight = sender.weekends if day.weekday() >= 5 else 1.0
    expected = sender.volume * reporter.share * weight
    addresses = _addresses(sender, expected, random)
    for ip in addresses:
        count = round(expected / len(addresses) * random.uniform(0.5, 1.6))
        if count > 0:
            yield _line(sender, watched, reporter, ip, count, random)


def _addresses(sender: Sender, expected: float, random: Random) -> list[str]:
    if sender.conduct is not Conduct.SPOOFER:
        return [host.ip for host in sender.hosts if random.random() < 0.85]
    many = min(4 + int(expected / 12), 25)
    return sorted({f"{random.choice(SPOOFED_FROM)}.{random.randrange(2, 250)}" for _ in range(many)})


def _line(sender: Sender, watched: Watched, reporter: Reporter, ip: str, count: int, random: Random) -> Line:
    line = partial(Line, sender=sender.key, ip=ip, count=count, disposition="none")
    name = f"{sender.subdomain}.{watched.name}" if sender.subdomain else watched.name
    signed = (watched.name, sender.selector)
    foreign = (sender.own_domain, sender.selector, "pass")
    match sender.conduct:
        case Conduct.ALIGNED:
            intact = random.random() > 0.06
            own = (*signed, "pass" if intact else "fail")
            made = line(
                dkim=intact,
                spf=True,
                header_from=name,
                bounce=f"bounce.{watched.name}" if sender.own_domain else watched.name,
                bounce_result="pass",
                signatures=(own, foreign) if sender.own_domain else (own,),
            )
        case Conduct.DKIM_ONLY | Conduct.MISALIGNED:
            signs = sender.conduct is Conduct.DKIM_ONLY
            made = line(
                dkim=signs,
                spf=False,
                header_from=name,
                bounce=f"bounce.{sender.own_domain}",
                bounce_result="pass",
                signatures=((*signed, "pass"), foreign) if signs else (foreign,),
            )
        case Conduct.FORWARDER:
            survives = random.random() < 0.7
            made = line(
                dkim=survives,
                spf=False,
                header_from=name,
                bounce=sender.own_domain,
                bounce_result="pass",
                signatures=((*signed, "pass" if survives else "fail"),),
                override=None if survives else _forwarding_reason(reporter, random),
            )
        case Conduct.SPOOFER:
            result = random.choice(("fail", "fail", "softfail", "none"))
            made = line(
                dkim=False,
                spf=False,
                header_from=random.choice((watched.name, watched.name, f"billing.{watched.name}")),
                bounce=sender.own_domain if result == "none" else watched.name,
                bounce_result=result,
                override="local_policy" if random.random() < 0.04 else None,
            )
    return _judged(watched, made)


def _judged(watched: Watched, line: Line) -> Line:
    """The line with what the published policy makes the receiver do."""
    if line.dmarc_pass or line.override:
        return line
    policy = watched.policy.p if line.header_from == watched.name else watched.policy.sp
    return replace(line, disposition=policy)


def _forwarding_reason(reporter: Reporter, random: Random) -> str:
    if reporter.dialect == "rfc9990":
        return random.choice(("trusted_forwarder", "mailing_list"))
    return random.choice(("forwarded", "trusted_forwarder", "mailing_list"))


def _padding(watched: Watched, reporter: Reporter, number: int) -> Line:
    sender = watched.senders[0]
    return Line(
        sender=sender.key,
        ip=f"2a01:4f8:10a:2c6:{number >> 16:x}:{number & 0xFFFF:x}:0:1",
        count=1 + number % 7 + len(reporter.org) % 3,
        disposition="none",
        dkim=True,
        spf=True,
        header_from=watched.name,
        bounce=watched.name,
        bounce_result="pass",
        signatures=((watched.name, sender.selector, "pass"),),
    )


def _report_id(reporter: Reporter, watched: Watched, day: date, random: Random) -> str:
    match reporter.dialect:
        case "outlook":
            return f"{random.getrandbits(128):032x}"
        case "versioned":
            return f"{epoch_of(day) + DAY_SECONDS + random.randrange(40_000)}.{random.randrange(10**6):06d}"
        case "rfc9990":
            return f"{day:%Y%m%d}.{random.getrandbits(40):010x}@{reporter.host}"
        case "plain":
            return str(random.randrange(10**18, 10**19))
        case _:
            return f"{watched.name}-{day:%Y%m%d}-{random.getrandbits(32):08x}"
