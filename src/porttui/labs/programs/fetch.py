"""Asks for a URL as most programs do: with the proxy variables of its environment (urllib.request).

fetch.py http://127.0.0.1:45131
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

_SECONDS = 0.5


def main() -> None:
    """Print what came back: a line for the outcome, then the page."""
    url = sys.argv[1]
    if not url.startswith(("http://127.0.0.1:", "https://127.0.0.1:")):
        raise SystemExit("fetch.py asks this machine only")
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310 - of this machine, as just seen
            print(f"HTTP {answer.status}\n{answer.read(4096).decode('latin-1')}")  # noqa: T201 - what porttui reads
    except urllib.error.HTTPError as error:
        print(f"HTTP {error.code}")  # noqa: T201
    except urllib.error.URLError as error:
        of_certificate = getattr(error.reason, "verify_message", None)
        print(of_certificate or getattr(error.reason, "strerror", None) or error.reason)  # noqa: T201
    except OSError as error:
        print(error.strerror or error)  # noqa: T201


if __name__ == "__main__":
    main()
