"""What ``infra.address_data`` writes is what ``shared.adapters.geoip`` reads."""

from __future__ import annotations

import csv
import ipaddress
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.address_data import AddressDataMissing as PackagesMissing
from infra.address_data import build, main
from shared.adapters.geoip import AddressDataMissing, BundledPlaces, NetworkTable
from shared.core.addresses import Network, Place
from tests.contract import mmdb

COUNTRIES = {
    "9.8.0.0/16": {"country_code": "US"},
    "9.9.0.0/16": {"country_code": "ZZ"},
    "9.10.0.0/16": {"country_code": "fi"},
    "9.11.0.0/16": {"country_code": "not a code"},
    "2a00:1450::/32": {"country_code": "IE"},
}
NETWORKS_4 = [
    ("9.8.0.0", "9.8.0.255", 15169, "Google LLC"),
    ("9.8.1.0", "9.8.1.255", 15169, "Google LLC"),
    ("9.8.4.0", "9.8.4.255", 64500, 'Kopřiva "mail"\x1b\u00a0s.r.o.'),
    ("9.9.0.0", "9.9.0.255", 64501, ""),
    ("255.255.255.0", "255.255.255.255", 64502, "The end"),
]
NETWORKS_6 = [
    ("2001:500:30ff::", "2001:500:30ff::2f", 64510, "Narrow"),
    ("2001:500:30ff::30", "2001:500:30ff:0:ffff:ffff:ffff:ffff", 64511, "Wide"),
    ("2a00:1450::", "2a00:1450:ffff:ffff:ffff:ffff:ffff:ffff", 15169, "Google LLC"),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 64502, "The end"),
]


def packages(
    folder: Path,
    networks4: Iterable[tuple[str, str, int, str]] = NETWORKS_4,
    networks6: Iterable[tuple[str, str, int, str]] = NETWORKS_6,
) -> Path:
    (folder / "geo-whois-asn-country-mmdb").mkdir(parents=True)
    (folder / "asn").mkdir()
    mmdb.write(folder / "geo-whois-asn-country-mmdb" / "geo-whois-asn-country.mmdb", COUNTRIES)
    for name, rows in (("asn-ipv4-num.csv", networks4), ("asn-ipv6-num.csv", networks6)):
        with (folder / "asn" / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for first, last, asn, owner in rows:
                numbers = [int(ipaddress.ip_address(text)) for text in (first, last)]
                writer.writerow([*numbers, asn, owner])
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    build(folder, packages(tmp_path_factory.mktemp("npm") / "packages"))
    return folder


@pytest.mark.parametrize(
    ("address", "asn", "name"),
    [
        ("9.8.0.0", 15169, "Google LLC"),
        ("9.8.1.255", 15169, "Google LLC"),
        ("9.8.2.0", None, None),
        ("9.8.4.77", 64500, 'Kopřiva "mail" s.r.o.'),
        ("9.9.0.1", 64501, None),
        ("9.7.255.255", None, None),
        ("0.0.0.0", None, None),
        ("255.255.255.255", 64502, "The end"),
        ("2a00:1450:4864:20::536", 15169, "Google LLC"),
        ("2a00:1451::", None, None),
        ("2001:500:30ff::1", 64511, "Wide"),
        ("2001:500:30ff:1::", None, None),
        ("::", None, None),
        ("ffff::1", 64502, "The end"),
        ("mail.example.net", None, None),
        ("9.8.0", None, None),
        ("9.8.0.0\0", None, None),
        ("fe80::1%eth0", None, None),
        ("", None, None),
        ("1\ud800", None, None),
    ],
)
def test_networks_are_found(data: Path, address: str, asn: int | None, name: str | None) -> None:
    assert BundledPlaces(data).network(address) == Network(asn, name)


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("9.8.7.6", "US"),
        ("9.9.0.1", None),
        ("9.10.0.1", "FI"),
        ("9.11.0.1", None),
        ("9.12.0.1", None),
        ("2a00:1450::1", "IE"),
        ("2a01::1", None),
        ("nonsense", None),
        ("9.8.0.0\0", None),
    ],
)
def test_countries_are_found(data: Path, address: str, country: str | None) -> None:
    assert BundledPlaces(data).place(address) == Place(country)


def test_an_operators_city_database_is_asked_first(data: Path, tmp_path: Path) -> None:
    cities = mmdb.write(
        tmp_path / "cities.mmdb",
        {
            "9.8.1.0/24": {"city": {"names": {"en": "Oslo"}}, "country": {"iso_code": "NO"}},
            "9.8.2.0/24": {"city": "Turku", "country_code": "FI"},
            "9.8.3.0/24": {"country_code": "SE"},
            "9.8.4.0/24": {"city": {"names": {"de": "Wien"}}, "country": {"iso_code": "AT"}},
        },
    )
    places = BundledPlaces(data, cities)
    assert places.place("9.8.1.1") == Place("NO", "Oslo")
    assert places.place("9.8.2.1") == Place("FI", "Turku")
    assert [places.place(f"9.8.{third}.1") for third in (3, 4, 5)] == [Place("US")] * 3


def test_the_folder_names_its_sources(data: Path) -> None:
    notice = (data / "NOTICE").read_text(encoding="utf-8")
    for needed in ("Route Views", "DB-IP", "https://db-ip.com", "nro.net", "CC BY 4.0", "Changes:"):
        assert needed in notice


def test_equal_packages_give_equal_bytes(tmp_path: Path) -> None:
    source = packages(tmp_path / "packages")
    build(tmp_path / "one", source)
    build(tmp_path / "two", source)
    for name in ("countries.mmdb", "networks.bin", "NOTICE"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@settings(max_examples=40)
@given(
    bounds=st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=20, unique=True).map(sorted),
    probes=st.lists(st.integers(0, 2**32 - 1), max_size=20),
)
def test_every_address_is_where_the_csv_says(
    tmp_path_factory: pytest.TempPathFactory, bounds: list[int], probes: list[int]
) -> None:
    ranges = [(bounds[n], bounds[n + 1] - 1, 64500 + n % 3, f"n{n % 3}") for n in range(len(bounds) - 1)]
    rows = [(str(ipaddress.ip_address(a)), str(ipaddress.ip_address(b)), asn, n) for a, b, asn, n in ranges]
    folder = tmp_path_factory.mktemp("ranges")
    build(folder / "data", packages(folder / "packages", networks4=rows[::2]))
    table = NetworkTable(folder / "data" / "networks.bin")
    for probe in [*probes, *bounds, *(bound - 1 for bound in bounds if bound)]:
        wanted = next((Network(asn, n) for a, b, asn, n in ranges[::2] if a <= probe <= b), Network())
        assert table[str(ipaddress.ip_address(probe))] == wanted


def test_where_ranges_overlap_the_later_one_wins(tmp_path: Path) -> None:
    rows = [("9.0.0.0", "9.0.3.255", 1, "outer"), ("9.0.2.0", "9.0.5.255", 2, "inner")]
    build(tmp_path / "data", packages(tmp_path / "packages", networks4=rows))
    table = NetworkTable(tmp_path / "data" / "networks.bin")
    assert [table[f"9.0.{third}.0"].asn for third in (1, 2, 5, 6)] == [1, 2, 2, None]


def test_missing_packages_are_named(tmp_path: Path) -> None:
    with pytest.raises(PackagesMissing, match="npm ci"):
        build(tmp_path / "data", tmp_path / "nothing")
    assert main([]) == 2


@pytest.mark.parametrize("name", ["countries.mmdb", "networks.bin"])
@pytest.mark.parametrize("content", [None, b"", b"not a database" * 10])
def test_missing_or_broken_data_is_named_at_start(
    data: Path, tmp_path: Path, name: str, content: bytes | None
) -> None:
    for other in ("countries.mmdb", "networks.bin"):
        (tmp_path / other).write_bytes((data / other).read_bytes())
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(AddressDataMissing, match=name):
        BundledPlaces(tmp_path)


def test_a_table_cut_short_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "networks.bin").write_bytes((data / "networks.bin").read_bytes()[:-1])
    with pytest.raises(AddressDataMissing, match="cut short"):
        NetworkTable(tmp_path / "networks.bin")
