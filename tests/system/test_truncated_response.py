"""truncated-response: fewer bytes than announced."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.stage import Namespace
from tests.system.web_programs import start_node

pytestmark = [pytest.mark.system, EVERYBODY]

_TOO_LONG = """
require('http').createServer((_, r) => {
  r.writeHead(200, {'Content-Length': 5000}); r.write('x'.repeat(1200)); setTimeout(() => r.socket.end(), 20);
}).listen(+process.argv[1], '127.0.0.1')"""
_DIES = """
require('http').createServer((_, r) => {
  r.writeHead(200); r.write('x'.repeat(700)); setTimeout(() => r.socket.resetAndDestroy(), 50);
}).listen(+process.argv[1], '127.0.0.1')"""
_SLOW = """
require('http').createServer((_, r) => {
  r.writeHead(200, {'Content-Length': 5000}); r.write('x'.repeat(1200));
}).listen(+process.argv[1], '127.0.0.1')"""
_BROKEN = """
require('net').createServer((c) => { c.on('error', () => 0); c.once('data', () =>
  c.end('HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nnonsense\\r\\n'));
}).listen(+process.argv[1], '127.0.0.1')"""


@pytest.mark.parametrize(("script", "told"), [(_TOO_LONG, "1200 of 5000"), (_DIES, "700 bytes came")])
def test_the_connection_ends_in_the_middle(person: Person, script: str, told: str) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_node(stage, port, script)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_fault(answer, "truncated-response", "probe", port, person)
    assert told in answer.verdict["summary"], answer


def test_a_body_that_is_still_under_way_is_not_cut_off(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_node(stage, port, _SLOW)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    expect_healthy(answer, person)
    assert "1200 of 5000 bytes" in answer.verdict["gloss"], answer


def test_chunks_that_break_the_rules_are_something_else(person: Person) -> None:
    with Namespace() as stage:
        port = stage.free_port()
        start_node(stage, port, _BROKEN)
        answer = stage.check(f"http://127.0.0.1:{port}/", person=person)
    assert answer.code == "undetermined", answer
