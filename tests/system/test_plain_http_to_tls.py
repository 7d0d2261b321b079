"""plain-http-to-tls: the port speaks TLS, and http:// was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import make_certificate
from tests.system.expect import EVERYBODY, expect_fault
from tests.system.nginx import start_nginx
from tests.system.people import Person
from tests.system.stage import Namespace

pytestmark = [pytest.mark.system, EVERYBODY]


def test_nginx_says_so_itself(person: Person, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    with Namespace() as stage:
        port = stage.free_port()
        tls = f"listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};"
        start_nginx(stage, tmp_path, port, tls)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "plain-http-to-tls", "probe", port, person)


def test_openssl_hangs_up(person: Person, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    with Namespace() as stage:
        port = stage.free_port()
        where = ("-accept", f"127.0.0.1:{port}", "-cert", str(certificate), "-key", str(key))
        stage.serve(port, "openssl", "s_server", "-quiet", "-www", *where)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "plain-http-to-tls", "probe", port, person)
