from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.core.senders.catalogue import builtin
from shared.core.senders.numbers import source_number


def test_a_number_is_the_same_wherever_it_is_made() -> None:
    assert source_number("mailchimp.com") == source_number("Mailchimp.COM") == 801_939_225


@given(st.text(max_size=300))
def test_every_domain_has_a_number_that_fits_a_signed_32_bit_integer(domain: str) -> None:
    assert 1 <= source_number(domain) < 2**31


def test_the_senders_of_the_catalogue_have_numbers_of_their_own() -> None:
    domains = {sender.domain for sender in builtin().senders.values()}
    assert len({source_number(domain) for domain in domains}) == len(domains)
