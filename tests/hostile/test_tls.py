"""TLS with a hostile certificate, and hostile HTTP inside of TLS."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from tests.hostile import talks
from tests.hostile.running import check
from tests.servers import KeyPair, Script, Talk, make_certificate, over_tls, server_context

_LENGTH = 60
_NAMES = {
    "CSI": b"\x1b[2J\x1b[31m",
    "OSC 0": b"\x1b]0;owned\x07",
    "OSC 8": b"\x1b]8;;http://evil/\x07x",
    "OSC 52": b"\x1b]52;c;b3duZWQ=\x07",
    "C1": b"\x9b2J\xc2\x9b31m\xc2\x85",
    "bidirectional marks": talks.BIDI.encode(),
    "markup": b"[/oops][red]",
    "lines": b"localhost\nHEALTHY  all is well\r",
    "a null character": b"localhost\x00.evil",
    "not UTF-8": b"\xff\xfe\xc3(",
}


def hostile_certificate(folder: Path, name: bytes) -> KeyPair:
    """Make a certificate, and write a name over those in it; what is signed is not looked at before the name."""
    place, other = "A" * _LENGTH, "b" * _LENGTH
    pair = make_certificate(folder, place, names=f"DNS:{other}")
    data = ssl.PEM_cert_to_DER_cert(pair.certificate.read_text())
    padded = name.ljust(_LENGTH, b"x")
    changed = data.replace(other.encode(), padded)
    if _is_utf8(name):  # OpenSSL loads no certificate whose subject is not; subjectAltName it does not look at
        changed = changed.replace(place.encode(), padded)
    assert changed != data
    pair.certificate.write_text(ssl.DER_cert_to_PEM_cert(changed))
    return pair


def _is_utf8(name: bytes) -> bool:
    return name.decode("utf-8", "replace").encode() == name


@pytest.mark.parametrize("form", ["--json", "text"])
@pytest.mark.parametrize("name", _NAMES.values(), ids=_NAMES.keys())
def test_a_certificate_with_a_hostile_name(name: bytes, form: str, tmp_path: Path) -> None:
    context = server_context(hostile_certificate(tmp_path, name))
    with Script(over_tls(context, lambda stream: stream.sendall(talks.page(b"ok")))) as server:
        result = check(f"https://localhost:{server.port}/", form=form)
    assert result.status == 1
    if form == "--json":
        tls = next(each["tls"] for each in result.exchanges if each["tls"])
        assert tls["trusted"] is False
        assert tls["subject"].startswith("C=DE, O=Example, CN=")
        (alternative,) = tls["names"]
        assert alternative.endswith("x" * 10)
        assert not _is_utf8(name) or tls["subject"].endswith("x" * 10)


_INSIDE: dict[str, Talk] = {
    key: talks.NEVER_FINISHED[key] for key in ("endless headers", "endless early hints", "one header byte at a time")
}


@pytest.mark.parametrize("talk", _INSIDE.values(), ids=_INSIDE.keys())
def test_hostile_http_inside_of_tls(talk: Talk, tmp_path: Path) -> None:
    context = server_context(make_certificate(tmp_path))
    with Script(over_tls(context, talk)) as server:
        result = check(f"https://127.0.0.1:{server.port}/")
    assert result.verdict["severity"] != "ok"
    assert all(each["http"] is None for each in result.exchanges)


def test_a_body_without_end_inside_of_tls(tmp_path: Path) -> None:
    context = server_context(make_certificate(tmp_path))
    with Script(over_tls(context, talks.ENDLESS_BODIES["an endless body"])) as server:
        result = check(f"https://127.0.0.1:{server.port}/")
    assert result.exchanges[0]["http"]["cut"] == "bytes"
