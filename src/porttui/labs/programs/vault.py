"""Two certificates for localhost, one that has expired and one that has not, and what trusts both; kept in memory.

They are at /proc/PID/fd/OLD, NEW and TRUSTED of this process and are gone with it, however it ends (memfd_create(2)).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

if not __package__:  # started by its path
    sys.path[0] = str(Path(__file__).parents[3])
from porttui.labs.programs.tie import failed, ready, tie

OLD, NEW, TRUSTED = 101, 102, 103
"""File descriptors: a key with its certificate, the same of the new one, and the certificates alone."""
_EXTENSIONS = """\
subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1
basicConstraints=critical,CA:TRUE
keyUsage=critical,digitalSignature,keyCertSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
"""
"""What a certificate that is its own authority needs (RFC 5280 4.2.1; Python 3.13 insists on it)."""


def main() -> None:
    """Make them, and keep them until porttui goes away."""
    tie()
    try:
        with tempfile.TemporaryDirectory(prefix="porttui-lab-") as name:
            folder = Path(name)
            old, new = _pair(folder, "old", days=-1), _pair(folder, "new", days=30)
    except OSError as error:
        failed("vault.py", error)
    for number, text in ((OLD, b"".join(old)), (NEW, b"".join(new)), (TRUSTED, old[1] + new[1])):
        made = os.memfd_create("certificate")
        os.write(made, text)
        os.dup2(made, number)
        os.close(made)
    ready(1)
    threading.Event().wait()


def _pair(folder: Path, name: str, *, days: int) -> tuple[bytes, bytes]:
    """Return a new key, and a certificate that it signed; a negative number of days makes one that has expired.

    Raises:
        OSError: openssl is missing or fails.
    """
    key, request, certificate, more = (folder / f"{name}.{kind}" for kind in ("key", "csr", "pem", "ext"))
    more.write_text(_EXTENSIONS)
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key))
    _openssl("req", "-new", *new, "-subj", f"/O=porttui lab/CN={name}", "-out", str(request))
    signing = ("-signkey", str(key), "-extfile", str(more), "-days", str(days))
    _openssl("x509", "-req", "-in", str(request), *signing, "-out", str(certificate))
    return key.read_bytes(), certificate.read_bytes()


def _openssl(*words: str) -> None:
    done = subprocess.run(("openssl", *words), capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"openssl: {done.stderr.strip()[-200:]}")


if __name__ == "__main__":
    main()
