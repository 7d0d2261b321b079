"""mtls-required: the server wants a certificate of the client."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.tls_server import serve_tls, trusting

pytestmark = [pytest.mark.system, EVERYBODY]


def test_nginx_says_so_in_its_answer(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        more = f"ssl_client_certificate {open_folder}/server.pem; ssl_verify_client on;"
        port, pair = serve_tls(stage, open_folder, more=more)
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person, environment=trusting(pair))
    expect_fault(answer, "mtls-required", "probe", port, person)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_ends_the_handshake(person: Person, open_folder: Path, version: str) -> None:
    with Namespace() as stage:
        _, pair = serve_tls(stage, open_folder)
        port = stage.free_port()
        files = ("-cert", str(pair.certificate), "-key", str(pair.key), "-CAfile", str(pair.certificate))
        where = ("-accept", f"127.0.0.1:{port}")
        stage.serve(port, "openssl", "s_server", "-quiet", "-www", "-Verify", "1", version, *where, *files)
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person, environment=trusting(pair))
    expect_fault(answer, "mtls-required", "probe", port, person)
