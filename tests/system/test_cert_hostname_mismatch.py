"""cert-hostname-mismatch: a trusted certificate, for another name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.tls_server import serve_tls, trusting

pytestmark = [pytest.mark.system, EVERYBODY]


def test_it_is_for_another_name(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port, pair = serve_tls(stage, open_folder, names="DNS:localhost")
        wrong = stage.check(f"https://127.0.0.1:{port}/", person=person, environment=trusting(pair))
        right = stage.check(f"https://localhost:{port}/", person=person, environment=trusting(pair))
    expect_fault(wrong, "cert-hostname-mismatch", "probe", port, person)
    assert any("localhost" in step["url"] for step in wrong.report["remedies"][0]["steps"] if step["url"]), wrong
    expect_healthy(right, person)
