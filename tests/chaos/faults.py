"""microburst, told to leave the Host header alone.

It names its upstream there, and a signature covers that header: the emulator would refuse every call of a
function. Signing anew is no way out, as the proxy has no function's credentials.
"""

from __future__ import annotations

import sys

from aiohttp import web
from microburst import forward
from microburst.cli import main

_rewritten = forward.Upstream._outbound_headers


def _as_signed(upstream: forward.Upstream, request: web.Request) -> dict[str, str]:
    return {**_rewritten(upstream, request), "host": request.headers["Host"]}


if __name__ == "__main__":
    forward.Upstream._outbound_headers = _as_signed
    sys.exit(main())
