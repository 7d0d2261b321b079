"""proxy-env, on facts that are hard to stage at will."""

from __future__ import annotations

from msgspec.structs import replace

from porttui.faults import proxy_env
from porttui.faults.fault import RuledOut
from porttui.model import facts as f
from tests import worlds as w


def test_a_complaint_about_a_tls_hello_is_no_answer_to_the_request() -> None:
    """The page hangs; node still turns down what is no HTTP."""
    hangs, complains = w.said(outcome="silent"), w.said("tls", protocol="http", data="HTTP/1.1 400 Bad Request")
    proxy = f.Proxy(variable="http_proxy", url="http://127.0.0.1:1", applies=True)
    facts = w.world(scheme="http", attempts=(w.opened(),), proxies=(proxy,))
    facts = replace(facts, exchanges=(hangs, complains, w.said(outcome="refused", role="proxy", port=1)))
    assert isinstance(proxy_env.check(facts), RuledOut)
