from __future__ import annotations

import pytest

from shared.adapters.dns_servers import DnsMisconfigured, Server, servers_of


@pytest.mark.parametrize(
    ("setting", "servers"),
    [
        ("127.0.0.1:5353", (Server("127.0.0.1", 5353),)),
        ("localhost", (Server("127.0.0.1", 53),)),
        ("localhost:5300", (Server("127.0.0.1", 5300),)),
        ("9.9.9.9", (Server("9.9.9.9", 53),)),
        (" 9.9.9.9:53 , [2620:fe::9]:5353,", (Server("9.9.9.9", 53), Server("2620:fe::9", 5353))),
        ("2620:fe::9", (Server("2620:fe::9", 53),)),
        ("[2620:fe::9]", (Server("2620:fe::9", 53),)),
    ],
)
def test_servers_are_read_from_the_setting(setting: str, servers: tuple[Server, ...]) -> None:
    assert servers_of(setting) == servers


@pytest.mark.parametrize(
    "setting",
    [
        "dns.example.net",
        "9.9.9.9:",
        "9.9.9.9:x",
        "9.9.9.9:0",
        "9.9.9.9:65536",
        "[::1]:x",
        ":53",
        "[]",
        "999.9.9.9",
        "localhost.",
    ],
)
def test_a_setting_that_names_no_server_is_refused(setting: str) -> None:
    with pytest.raises(DnsMisconfigured, match="DNS server"):
        servers_of(setting)
