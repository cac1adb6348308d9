"""The generated domains that checks are measured on: distinct names throughout, so caches help nobody."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Final

Zone = dict[tuple[str, str], list[str]]
"""Records in presentation form by name (no final dot) and type."""

SELECTORS: Final = ("s1", "s2", "mail")
NESTED: Final = "nested.example"
_KEY: Final = b64encode(
    bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
    + bytes([0xC3] + [(7 * n) % 251 for n in range(254)] + [0x97])
    + bytes.fromhex("0203010001")
).decode()


def domains(count: int) -> list[str]:
    """Every fourth is below its organizational domain, so that the policy is found by walking up."""
    return [f"news.d{n}.example" if n % 4 == 0 else f"d{n}.example" for n in range(count)]


def zone(count: int, *, edition: int = 1) -> Zone:
    """With another ``edition`` one record of each domain has changed."""
    made: Zone = dict(_nested())
    for n, domain in enumerate(domains(count)):
        made.update(_checked(domain, f"d{n}.example", n, edition))
    return made


def _checked(
    domain: str, organization: str, n: int, edition: int
) -> Iterator[tuple[tuple[str, str], list[str]]]:
    yield (
        (f"_dmarc.{organization}", "TXT"),
        [_text(f"v=DMARC1; p=reject; sp=quarantine; rua=mailto:dmarc@{organization}")],
    )
    yield from _spf(domain, n)
    for selector in SELECTORS:
        yield (f"{selector}._domainkey.{domain}", "TXT"), [_text(f"v=DKIM1; k=rsa; p={_KEY}")]
    yield (domain, "MX"), [f"10 mx1.{organization}.", f"20 mx2.{organization}."]
    for place in (1, 2):
        yield (f"mx{place}.{organization}", "A"), [_address(n, place)]
    yield (f"_mta-sts.{domain}", "TXT"), [_text(f"v=STSv1; id=202601{edition:02}{n:04}")]
    yield (f"_smtp._tls.{domain}", "TXT"), [_text(f"v=TLSRPTv1; rua=mailto:tls@{organization}")]
    yield (
        (f"default._bimi.{domain}", "TXT"),
        [_text(f"v=BIMI1; l=https://logo.{organization}/logo.svg; a=https://logo.{organization}/vmc.pem")],
    )


def _spf(domain: str, n: int) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Six look-ups: the mail exchangers, and five includes, two of them below another."""
    own, networks = f"spf.{domain}", f"ip4:{_address(n, 0)}/28"
    yield (domain, "TXT"), [_text(f"v=spf1 mx include:a.{own} include:b.{own} include:c.{own} -all")]
    yield (f"a.{own}", "TXT"), [_text(f"v=spf1 {networks} include:a1.{own} include:a2.{own} ~all")]
    for below in ("b", "c", "a1", "a2"):
        yield (f"{below}.{own}", "TXT"), [_text(f"v=spf1 {networks} ip6:2001:db8:{n:x}::/48 ~all")]


def _nested() -> Iterator[tuple[tuple[str, str], list[str]]]:
    """A record of ten includes, three deep."""
    tree = {"": "abc", "a": "de", "b": "fg", "c": "h", "d": "i", "f": "j"}
    for name in ("", *"abcdefghij"):
        includes = " ".join(f"include:{below}.{NESTED}" for below in tree.get(name, ""))
        at = f"{name}.{NESTED}" if name else NESTED
        yield (at, "TXT"), [_text(" ".join(f"v=spf1 ip4:192.0.2.{ord(name or '@')} {includes} -all".split()))]


def _address(n: int, place: int) -> str:
    return f"198.{18 + (n >> 12 & 1)}.{n >> 4 & 255}.{(n & 15) * 16 + place}"


def _text(text: str) -> str:
    return " ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250))
