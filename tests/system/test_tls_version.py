"""tls-version: the server speaks a version of TLS that nobody takes any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.tls_server import serve_tls, trusting

pytestmark = [pytest.mark.system, EVERYBODY]


def test_it_speaks_only_an_old_version(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        _, pair = serve_tls(stage, open_folder)
        port = stage.free_port()
        files = ("-cert", str(pair.certificate), "-key", str(pair.key), "-cipher", "DEFAULT@SECLEVEL=0")
        stage.serve(port, "openssl", "s_server", "-quiet", "-www", "-tls1_1", "-accept", f"127.0.0.1:{port}", *files)
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person, environment=trusting(pair))
    expect_fault(answer, "tls-version", "probe", port, person)
