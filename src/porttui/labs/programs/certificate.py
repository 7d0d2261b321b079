"""A certificate for a lab's server, made on the spot by openssl(1) and gone from the disk before the server listens."""

from __future__ import annotations

import ssl
import subprocess
import tempfile
from pathlib import Path


def kept(path: str) -> ssl.SSLContext:
    """Return what a server needs to speak TLS with a key and a certificate that are in one file.

    Raises:
        OSError: they cannot be read.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path)
    return made


def context() -> ssl.SSLContext:
    """Return what a server needs to speak TLS as localhost; it signed its own certificate.

    Raises:
        OSError: openssl is missing or fails.
    """
    with tempfile.TemporaryDirectory(prefix="porttui-lab-") as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        words = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
        names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1")
        files = ("-keyout", str(key), "-out", str(certificate))
        done = subprocess.run(
            ("openssl", "req", "-x509", *words, *names, *files), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise OSError(f"openssl: {done.stderr.strip()[-200:]}")
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(certificate, key)
        return made
