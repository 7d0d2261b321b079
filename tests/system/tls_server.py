"""A real nginx that speaks TLS on the stage, with a certificate of its own."""

from __future__ import annotations

from pathlib import Path

from tests.servers import KeyPair, make_certificate
from tests.system.nginx import start_nginx
from tests.system.stage import Namespace


def serve_tls(
    stage: Namespace, folder: Path, *, names: str = "IP:127.0.0.1,DNS:localhost", days: int = 30, more: str = ""
) -> tuple[int, KeyPair]:
    """Start nginx with a self-signed certificate.

    Args:
        stage: where.
        folder: for its files.
        names: subjectAltName as openssl writes it.
        days: until the certificate ends; negative for one that has expired.
        more: further lines of the server block.

    Returns:
        The port, and the certificate; given as SSL_CERT_FILE it is trusted.
    """
    pair = make_certificate(folder, names=names, days=days)
    port = stage.free_port()
    tls = f"listen 127.0.0.1:{port} ssl; ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};"
    start_nginx(stage, folder, port, f"{tls} {more} location / {{ return 200 'hello'; }}")
    return port, pair


def trusting(pair: KeyPair) -> dict[str, str]:
    """Return the environment of a user who trusts a certificate, whoever that user is."""
    return {"SSL_CERT_FILE": str(pair.certificate)}
