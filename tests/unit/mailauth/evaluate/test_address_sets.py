from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.address_sets import EVERYTHING, AddressSet, Network, union

BASE4 = 0xC6336400
BASE6 = 0x2001 << 112
"""All networks of the properties lie within 64 addresses from here: few enough to count one by one."""


def network(version: int, place: int, length: int) -> Network:
    if version == 4:
        return IPv4Network((BASE4 + place, 32 - length), strict=False)
    return IPv6Network((BASE6 + place, 128 - length), strict=False)


NETWORKS = st.lists(
    st.builds(network, st.sampled_from([4, 6]), st.integers(0, 63), st.integers(0, 5)), max_size=12
)


def one_by_one(networks: list[Network]) -> set[tuple[int, int]]:
    return {(each.version, int(address)) for each in networks for address in each}


def members(addresses: AddressSet) -> set[tuple[int, int]]:
    return one_by_one(list(addresses.networks()))


@given(NETWORKS, NETWORKS)
def test_sets_are_what_counting_one_by_one_makes_them(first: list[Network], second: list[Network]) -> None:
    left, right = AddressSet.of(first), AddressSet.of(second)
    one, other = one_by_one(first), one_by_one(second)
    assert members(left) == one
    assert members(left | right) == one | other
    assert members(left - right) == one - other
    assert members(left & right) == one & other
    assert bool(left) == bool(one)


@given(NETWORKS)
def test_counts_are_those_of_the_union(networks: list[Network]) -> None:
    addresses, single = AddressSet.of(networks), one_by_one(networks)
    assert addresses.count4 == sum(1 for version, _ in single if version == 4)
    assert addresses.count6 == sum(1 for version, _ in single if version == 6)


@given(NETWORKS, NETWORKS)
def test_equal_addresses_are_equal_values(first: list[Network], second: list[Network]) -> None:
    """However they are written down: ranges that touch are one."""
    left, right = AddressSet.of(first), AddressSet.of(second)
    assert (left == right) == (one_by_one(first) == one_by_one(second))
    assert left | right == right | left == union([left, right])


@given(NETWORKS)
def test_the_fewest_networks_do_not_overlap(networks: list[Network]) -> None:
    listed = list(AddressSet.of(networks).networks())
    assert sum(each.num_addresses for each in listed) == len(one_by_one(networks))
    assert len(listed) <= len(networks)
    assert [each.version for each in listed] == sorted(each.version for each in listed)


@pytest.mark.parametrize(
    ("texts", "count4", "count6"),
    [
        ((), 0, 0),
        (("0.0.0.0/0",), 2**32, 0),
        (("::/0", "2001:db8::/32"), 0, 2**128),
        (("255.255.255.255/32", "0.0.0.0/32"), 2, 0),
        (("10.0.0.0/25", "10.0.0.128/25", "10.0.0.7/32"), 256, 0),
        (("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",), 0, 1),
    ],
)
def test_the_ends_of_the_world(texts: tuple[str, ...], count4: int, count6: int) -> None:
    addresses = AddressSet.of(ip_network(text) for text in texts)
    assert (addresses.count4, addresses.count6) == (count4, count6)
    assert addresses - EVERYTHING == AddressSet()
    assert (EVERYTHING - addresses).count4 == 2**32 - count4


def test_a_hole_in_a_network() -> None:
    left = AddressSet.of([IPv4Network("10.0.0.0/29")]) - AddressSet.of([IPv4Network("10.0.0.2/31")])
    assert [str(each) for each in left.networks()] == ["10.0.0.0/31", "10.0.0.4/30"]
