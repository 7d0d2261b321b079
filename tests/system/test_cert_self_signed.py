"""cert-self-signed: nobody that this machine trusts has signed the certificate."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.tls_server import serve_tls, trusting

pytestmark = [pytest.mark.system, EVERYBODY]


def test_nobody_has_signed_it(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port, pair = serve_tls(stage, open_folder)
        untrusted = stage.check(f"https://127.0.0.1:{port}/", person=person)
        trusted = stage.check(f"https://127.0.0.1:{port}/", person=person, environment=trusting(pair))
    expect_fault(untrusted, "cert-self-signed", "probe", port, person)
    assert "its certificate is refused; HTTPS 200 without that check" in str(untrusted.report["steps"]), untrusted
    assert "Let your program trust this certificate'" in str(untrusted.report["remedies"]), untrusted
    expect_healthy(trusted, person)


def test_untrusted_and_for_another_name(person: Person, open_folder: Path) -> None:
    with Namespace() as stage:
        port, _ = serve_tls(stage, open_folder, names="DNS:www.example.com")
        answer = stage.check(f"https://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "cert-self-signed", "probe", port, person)
    assert [each["code"] for each in answer.report["also"]] == ["cert-hostname-mismatch"], answer
    assert "Let your program trust" not in str(answer.report["remedies"]), answer  # it would be refused for its name
