"""What new API keys are made with."""

from __future__ import annotations

from shared.core.key_issuing import Minting
from shared.wiring import entropy


def minting() -> Minting:
    return Minting(entropy.now(), entropy.new_secret, entropy.random_bits)
