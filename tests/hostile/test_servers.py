"""Servers that send too much, too slowly, or something that was meant for the terminal."""

from __future__ import annotations

import pytest

from tests.hostile import talks
from tests.hostile.running import TIMEOUT, check
from tests.servers import Script, Talk

URL, PLACE, SECURE = "http://127.0.0.1:{}/", "127.0.0.1:{}", "https://127.0.0.1:{}/"


def cases(table: dict[str, Talk]) -> pytest.MarkDecorator:
    """Run a test for each server of a table."""
    return pytest.mark.parametrize("talk", table.values(), ids=table.keys())


@pytest.mark.parametrize("target", [URL, PLACE], ids=["url", "port"])
@cases(talks.NEVER_FINISHED)
def test_http_that_never_ends_its_headers_is_not_healthy(talk: Talk, target: str) -> None:
    with Script(talk) as server:
        result = check(target.format(server.port))
    assert result.verdict["severity"] != "ok", result.verdict["summary"]
    said = next(each for each in result.exchanges if each["sent"] == "http")
    assert said["outcome"] == "error"
    assert said["protocol"] == "http"
    assert said["http"] is None
    assert said["error"]
    assert said["ms"] < TIMEOUT * 1000 + 500
    assert all(len(text) <= 200 for text in (said["data"], said["error"]))


def test_a_server_that_begins_http_unasked_and_never_ends_it_is_not_healthy() -> None:
    with Script(talks.slowly(talks.OK + b"X: x", asked=False, seconds=0.02)) as server:
        result = check(PLACE.format(server.port))
    assert result.verdict["severity"] != "ok", result.verdict["summary"]


@cases(talks.ENDLESS_BODIES)
def test_a_body_without_end_is_read_to_a_bound(talk: Talk) -> None:
    with Script(talk) as server:
        result = check(URL.format(server.port))
    (said,) = result.exchanges
    assert said["http"]["status"] == 200
    assert said["http"]["cut"] or not said["http"]["complete"] or said["http"]["headers"]
    assert len(said["http"]["body"]) <= 2000
    assert said["ms"] < TIMEOUT * 1000 + 500


def test_a_gzip_bomb_is_not_unpacked() -> None:
    with Script(talks.ENDLESS_BODIES["a gzip bomb"]) as server:
        result = check(URL.format(server.port))
    (said,) = result.exchanges
    assert said["http"]["body"].startswith(r"\x1f")
    assert ["content-encoding", "gzip"] in said["http"]["headers"]


@pytest.mark.parametrize("target", [URL, PLACE], ids=["url", "port"])
@cases(talks.NO_HTTP)
def test_what_nobody_speaks_ends_in_a_result(talk: Talk, target: str) -> None:
    _ends(talk, target)


@pytest.mark.parametrize("talk", [talks.NO_HTTP[each] for each in talks.NO_HTTP if "TLS" in each or "rubbish" in each])
def test_tls_that_is_none_ends_in_a_result(talk: Talk) -> None:
    _ends(talk, SECURE)


def _ends(talk: Talk, target: str) -> None:
    with Script(talk) as server:
        result = check(target.format(server.port))
    answered = any(each["http"] for each in result.exchanges)
    if target != PLACE and not answered:  # of a bare port any answer at all is what was asked for
        assert result.verdict["severity"] != "ok", result.verdict["summary"]
    assert all(len(each["data"]) <= 200 for each in result.exchanges)
    assert sum(each["ms"] for each in result.exchanges) < TIMEOUT * 1000 + 500


@pytest.mark.parametrize(("target", "form"), [(URL, "--json"), (PLACE, "text"), (URL, "--markdown")])
@cases(talks.ESCAPING)
def test_nothing_that_a_server_says_reaches_the_terminal_raw(talk: Talk, target: str, form: str) -> None:
    with Script(talk) as server:
        result = check(target.format(server.port), form=form)
    assert f"{server.port}" in result.text
