"""What the demo's domains publish in the DNS, and under their policy hosts.

Parcel keeps its records well, and meadow what little it has. Orchard has the mistakes that inspections are to
find: two DMARC records, an SPF record that needs twelve lookups, a DKIM key of 1024 bits, an MTA-STS policy
that forgets an MX host.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.local.demo.cast import AMAZON_SES, GOOGLE, MEADOW, ORCHARD, PARCEL, SENDGRID, Host
from infra.local.zone_files import txt

_SHORT_KEY: Final = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCpqqX9K3PtdLFT2Bk8AMPdCVIGo6/hT9CtKtA13X3RxoJN6PnLiYWEUkqe3Q67HgRHUxLQ"
    "GBFOgYpRQbIMAeprfkZLhZ4lritM5Q1N+DD3vEH9hldeqHrOgExcIlvpOJEy6ILpOCH0MnuG3ZldrCoZJ56aNne3Ap1hDDTw9cR3LwIDAQAB"
)
_KEYS: Final = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAjRWfqyG3zCSfJK456rHtwUGXHX+tCp2EKKGPhj7ywRFapNtB8KX0VTncELkfa6gl"
    "7ssbbFLY4L3S5A0VQXLst9EIuyD5Jpcln8B83oA+fdr4uCqBaJ+lOMKqP1yG3dLBsawSAvKNLiBVz0WzkSL433fPCgS/eN0t2ogUuy2xT7SD"
    "fjV64IbE8ktwt6tge3gKDWD4exSbIosLJO7jXzbKguc89rL9DHCjrE0ssa6V7q7oKQLXQhcmqBnFEgnlKrmCGrfbXs4c1t0EVlxstc0JUFmG"
    "x2wFAEj3vnxWoKCtMb7kVtF8wE0LlBQj8fTnZ26h1TKiMFLWkzpR7lqoWsg00QIDAQAB",
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAw9J3PbM5K8cBsE1ZYUhC9XfuHXxw+/F97vhFTbywUQin/aEwqL+XjoU7O5WFb6V8"
    "uNUVpgH5+bKEN0wfuS207d4Ad2DuUbkCZ6WZcp3UyywKZkgtQBXEgIvS9McCUcEP87Go9mwBFqDKt4GrB2EbmBQzhMsuAh+IZMruNDkwxrx6"
    "sm1yrrEm7oAHLDF/JRuPV7tnrZwZaF841wD84hmfRCsv6YIb27HoF/q0qApcmCEQdlZi8PnLijwA80fffLeiEEQzuW29DDTqkfVcihT3bvOF"
    "6JwHRURMz9hsF/xU6t+lnvDz5Typk9+5i+DfOhObNqGDNxcBOenWsNolkOHsawIDAQAB",
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArQeJiPyE5DHVzu29pWmH8QA5XXUfVCOYcYmzD5SV/bJjCOPDUSRchWUOYHluDU0H"
    "zR0sUDyjnwiXlOXlVEZ+VTpTtgWAMUM9U7Qhq+yftkkQaN9VDcUp9YGS7h5zApL01BhIGXD2hyRv2n4MaH69jhpWMmiURGfW2EDgP1xVawDI"
    "/yQbdBNZvo1umH8YGLQvi2QhR5EnbSTlY/NdK8w4q07SNsjgvlVTEmbx0eG218XqDvVj/QaW3z3JKLtrzKHg/GhkuIP4H7QVXEBro7ci1GAP"
    "mvnvL8XYhLCpzM9fGg4vI2UVngqBSQ/LUtYIUQKZnBTrEVgfy+rg4Dazg7zD7wIDAQAB",
)
_POLICY: Final = "version: STSv1\r\nmode: enforce\r\n{hosts}max_age: 604800\r\n"


def policies() -> dict[str, str]:
    """Policy host -> the MTA-STS policy that it serves."""
    return {
        "mta-sts.orchard.example": _policy("mail1.orchard.example"),
        "mta-sts.parcel.example": _policy("mx1.parcel.example", "mx2.parcel.example"),
    }


def records() -> Iterator[tuple[str, str]]:
    """(zone, record in the form of a master file), besides the addresses of hosts."""
    yield from (("orchard.example", record) for record in _orchard())
    yield from (("parcel.example", record) for record in _parcel())
    yield from (("meadow.example", record) for record in _meadow())
    blocks = ("_netblocks", "_netblocks2", "_netblocks3")
    yield "google.com", f"_spf IN TXT {txt(_spf(*(f'include:{name}.google.com' for name in blocks)))}"
    for name, hosts in zip(blocks, (GOOGLE[:2], GOOGLE[2:4], GOOGLE[4:]), strict=True):
        yield "google.com", f"{name} IN TXT {txt(_spf(*_addresses(*hosts)))}"
    yield "amazonses.com", f"@ IN TXT {txt(_spf(*_addresses(*AMAZON_SES), last='-all'))}"
    yield "sendgrid.net", f"@ IN TXT {txt(_spf(*_addresses(*SENDGRID)))}"


def _orchard() -> Iterator[str]:
    origin = ORCHARD.name
    shops = [f"till{number}" for number in range(1, 5)]
    yield f"@ IN MX 10 mail1.{origin}."
    yield f"@ IN MX 20 mail2.{origin}."
    yield f"@ IN A {ORCHARD.senders[0].hosts[0].ip}"
    included = ("_spf.google.com", "amazonses.com", f"_tills.{origin}")
    yield f"@ IN TXT {txt(_spf('a', 'mx', *(f'include:{name}' for name in included)))}"
    yield f"_tills IN TXT {txt(_spf(*(f'a:{name}.{origin}' for name in shops)))}"
    yield from (f"{name} IN A 88.198.24.{number}" for number, name in enumerate(shops, 33))
    policy = ORCHARD.policy
    yield f"_dmarc IN TXT {txt(f'v=DMARC1; p={policy.p}; sp={policy.sp}; adkim={policy.adkim}')}"
    yield f"_dmarc IN TXT {txt('v=DMARC1; p=none')}"
    yield f"mail2026._domainkey IN TXT {txt(f'v=DKIM1; k=rsa; p={_SHORT_KEY}')}"
    yield f"google._domainkey IN TXT {txt(f'v=DKIM1; k=rsa; p={_KEYS[0]}')}"
    yield from _transport(origin, ORCHARD.senders[0].hosts[0].ip)


def _parcel() -> Iterator[str]:
    origin, hosts = PARCEL.name, PARCEL.senders[0].hosts
    yield f"@ IN MX 10 mx1.{origin}."
    yield f"@ IN MX 20 mx2.{origin}."
    yield f"@ IN TXT {txt(_spf(*_addresses(*hosts)))}"
    policy = PARCEL.policy
    yield f"_dmarc IN TXT {txt(f'v=DMARC1; p={policy.p}; sp={policy.sp}; adkim={policy.adkim}')}"
    yield f"px26a._domainkey IN TXT {txt(f'v=DKIM1; k=rsa; p={_KEYS[1]}')}"
    yield f"s1._domainkey IN TXT {txt(f'v=DKIM1; k=rsa; p={_KEYS[2]}')}"
    yield from _transport(origin, hosts[0].ip)


def _meadow() -> Iterator[str]:
    hosts, policy = MEADOW.senders[0].hosts, MEADOW.policy
    yield f"@ IN MX 10 mail1.{MEADOW.name}."
    yield f"@ IN TXT {txt(_spf(*_addresses(*hosts)))}"
    yield f"_dmarc IN TXT {txt(f'v=DMARC1; p={policy.p}; sp={policy.sp}')}"
    yield f"m2026._domainkey IN TXT {txt(f'v=DKIM1; k=rsa; p={_KEYS[1]}')}"


def _transport(origin: str, address: str) -> Iterator[str]:
    yield f"mta-sts IN A {address}"
    yield f"_mta-sts IN TXT {txt('v=STSv1; id=20261101T080000Z;')}"
    yield f"_smtp._tls IN TXT {txt(f'v=TLSRPTv1; rua=mailto:tls-reports@{origin}')}"


def _spf(*terms: str, last: str = "~all") -> str:
    return " ".join(("v=spf1", *terms, last))


def _addresses(*hosts: Host) -> Iterator[str]:
    return (f"ip{'6' if ':' in host.ip else '4'}:{host.ip}" for host in hosts)


def _policy(*hosts: str) -> str:
    return _POLICY.format(hosts="".join(f"mx: {host}\r\n" for host in hosts))
