from __future__ import annotations

import base64
import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from shared.core.alerts.signing import headers, new_signing_secret, signature
from tests.unit.core.alerts.world import SECRET


def test_the_signature_is_that_of_the_published_example() -> None:
    signed = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_new_secret_has_256_bits_behind_its_prefix() -> None:
    secret = new_signing_secret("-_" * 21 + "A")
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


@given(st.binary(), st.integers(min_value=0, max_value=2**40))
def test_a_receiver_verifies_by_either_secret_and_not_by_another(body: bytes, at: int) -> None:
    secrets = [new_signing_secret(letter * 43) for letter in "AB"]
    told = dict(headers(secrets, "dlv_7", at, body))

    for secret, sent in zip(secrets, told["webhook-signature"].split(" "), strict=True):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        mac = hmac.new(key, b"dlv_7.%d." % at + body, hashlib.sha256).digest()
        assert sent == "v1," + base64.b64encode(mac).decode()
    assert told["webhook-id"] == "dlv_7"
    assert told["webhook-timestamp"] == str(at)
    assert signature(SECRET, "dlv_7", at, body) not in told["webhook-signature"]
