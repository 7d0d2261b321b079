"""What is said of a redirect's end."""

from __future__ import annotations

from typing import Literal

import pytest
from msgspec.structs import replace

from porttui.diagnose import diagnose
from porttui.model import facts as f
from porttui.reading import redirects
from tests import worlds as w
from tests.faults.by_code import BY_CODE

Stopped = Literal["elsewhere", "again", "bound", "time", "unreadable"]
_TLS = f.TlsAnswer(version="TLSv1.3", trusted=False, verify_code=18)


def ending(exchange: f.Exchange | None, stopped: Stopped | None = None) -> f.Facts:
    """Return a port that redirects to port 9000 on this machine."""
    hop = f.Hop(status=302, url="http://127.0.0.1:9000/app", exchange=exchange)
    first = w.http(302, location="http://127.0.0.1:9000/app")
    return replace(BY_CODE["healthy"], exchanges=(first,), redirects=(replace(hop, stopped=stopped),))


def there(outcome: str = "answer", sent: str = "http", **fields: object) -> f.Exchange:
    return w.said(sent, outcome, role="redirect", port=9000, **fields)


@pytest.mark.parametrize(
    ("exchange", "told"),
    [
        (there("refused", error="[Errno 111] Connection refused"), "the connection is refused"),
        (there("refused", error="timed out"), "no connection opens"),
        (there("answer", "https", protocol="http"), "port 9000 speaks plain HTTP, not HTTPS"),
        (there("answer", "https", protocol="http", http=f.HttpAnswer(status=200), tls=_TLS), "is not accepted"),
        (there("error", "https", protocol="tls", tls=f.TlsAnswer(alert="protocol_version")), "protocol_version"),
        (there("closed"), "closed without an answer"),
        (there("reset"), "reset without an answer"),
        (there(protocol="redis"), "the port speaks Redis"),
        (there("error", protocol="http", error="illegal header"), "breaks the rules of HTTP"),
    ],
)
def test_an_end_that_fails_leads_and_is_named(exchange: f.Exchange, told: str) -> None:
    report = diagnose(ending(exchange))
    assert report.verdict.code == "redirect-elsewhere"
    assert report.verdict.confidence == "certain"
    assert told in report.verdict.summary
    assert report.verdict.summary.startswith("127.0.0.1:8080 works, but sends you to http://127.0.0.1:9000/app: ")


def test_a_silent_end_is_probable_only() -> None:
    report = diagnose(ending(there("silent", ms=1500.0)))
    assert (report.verdict.code, report.verdict.confidence) == ("redirect-elsewhere", "likely")
    assert report.verdict.summary.startswith("Probably")


def test_a_page_of_the_same_server_that_fails_is_not_elsewhere() -> None:
    report = diagnose(ending(replace(there("closed"), port=8080)))
    assert report.verdict.code == "undetermined"
    assert "where the connection is closed" in report.verdict.summary


@pytest.mark.parametrize(
    ("facts", "note"),
    [
        (ending(there(protocol="http", http=f.HttpAnswer(status=200))), ""),
        (ending(None, "elsewhere"), "on another machine"),
        (ending(None, "bound"), "followed 0 times"),
        (ending(None, "unreadable"), "cannot ask for"),
    ],
)
def test_what_is_not_known_to_fail_is_healthy_with_a_note(facts: f.Facts, note: str) -> None:
    report = diagnose(facts)
    assert report.verdict.code == "healthy"
    assert note in report.verdict.gloss
    assert any("http://127.0.0.1:9000/app" in each.text for each in report.verdict.evidence)


def test_an_answer_cut_off_behind_a_redirect() -> None:
    cut = f.HttpAnswer(status=200, complete=False, received=7, broke="peer closed connection")
    assert diagnose(ending(there(protocol="http", http=cut))).verdict.code == "truncated-response"


def test_nothing_is_said_of_redirects_where_there_are_none() -> None:
    facts = BY_CODE["healthy"]
    assert redirects.ends_well(facts)
    assert (redirects.note(facts), redirects.told(facts), redirects.failure(facts)) == ("", (), None)


def going_on(*paths: str) -> f.Facts:
    """Return a port that redirects from path to path, the last of which was not asked for any more."""
    places = [f"http://127.0.0.1:8080{path}" for path in paths]
    hops = tuple(f.Hop(status=302, url=url, exchange=w.http(302)) for url in places[:-1])
    last = f.Hop(status=302, url=places[-1], stopped="bound")
    return replace(BY_CODE["healthy"], exchanges=(w.http(302, location=places[0]),), redirects=(*hops, last))


@pytest.mark.parametrize("piece", ["/login{}", "{}/app"])
def test_a_path_that_grows_by_the_same_piece_is_a_loop(piece: str) -> None:
    paths = ["/start"]
    for _ in range(5):
        paths.append(piece.format(paths[-1]))
    report = diagnose(going_on(*paths))
    assert (report.verdict.code, report.verdict.confidence) == ("redirect-loop", "likely")
    assert "a longer path" in report.verdict.summary


def test_paths_that_only_become_longer_are_no_loop() -> None:
    assert diagnose(going_on("/", "/a", "/a/bc", "/a/bc/def", "/a/bc/def/1", "/a/bc/def/10")).verdict.code == "healthy"
