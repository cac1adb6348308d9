"""Where the local stack keeps things: all of it inside the checkout, so that checkouts don't meet."""

from __future__ import annotations

from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[2]
LOCAL: Final = CHECKOUT / ".local"
"""State, logs and pid files: what runs here and what it holds."""

TOOLS: Final = CHECKOUT / ".tools"
"""What set-up installed; it outlives ``down --purge``."""

EMULATOR_PROJECT: Final = CHECKOUT / "infra" / "local" / "emulator"
EMULATOR_ENVIRONMENT: Final = TOOLS / "emulator"

STACK_FILE: Final = LOCAL / "stack.json"
LOCK_FILE: Final = LOCAL / "lock"
OUTPUTS_FILE: Final = LOCAL / "outputs.json"
DEPLOYED_FILE: Final = LOCAL / "deployed.json"
ASSEMBLY: Final = LOCAL / "cdk.out"
STATE: Final = LOCAL / "state"
STATE_PORT: Final = LOCAL / "state.port"
"""The emulator's port, which the addresses in its state have in them."""

OBJECTS: Final = LOCAL / "objects"
SCRATCH: Final = LOCAL / "tmp"
"""Temporary files of the emulator, above all the unpacked bundle of every worker."""

SHIPPED_ZONES: Final = CHECKOUT / "infra" / "local" / "zones"
USER_ZONES: Final = LOCAL / "zones"

SHIPPED_SITES: Final = CHECKOUT / "infra" / "local" / "sites"
USER_SITES: Final = LOCAL / "sites"
"""Files that the edge serves, in a folder for each host."""
AUTHORITY: Final = LOCAL / "authority"
"""Of the edge's certificates."""
