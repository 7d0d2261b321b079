"""Which rule it is, with real rules: named as root, and past it by the offered command, word for word; and back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.people import Person
from tests.system.remedied import take, take_back, way
from tests.system.stage import ADDRESS, Answer, Namespace, Server

pytestmark = [pytest.mark.system]


def _asked(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def named_rule(answer: Answer) -> dict[str, Any]:
    """The deciding rule of a report, which must be certain, and told in the verdict and in the firewall step."""
    rule: dict[str, Any] = answer.report["firewall"]["rule"]
    assert rule is not None, answer
    assert answer.verdict["confidence"] == "certain", answer
    assert "Probably" not in answer.verdict["summary"], answer
    assert any(rule["text"].removeprefix("policy ") in each["text"] for each in answer.verdict["evidence"]), answer
    step = next(each for each in answer.report["steps"] if each["name"] == "firewall")
    assert f"{rule['table']} {rule['chain']}" in step["summary"], step
    return rule


def _proven(stage: Namespace, asked: str, answer: Answer, title: str) -> None:
    """Take the offered way: it is healthy then; take it back: it is as it was."""
    undone = take(stage, way(answer, title))
    expect_healthy(stage.check(asked, "--timeout=1"))
    take_back(stage, undone)
    assert stage.check(asked, "--timeout=1").code == answer.code


def _guarded(stage: Namespace, server: Server, hook: str, action: str) -> None:
    stage.nft(
        f"""table inet guard {{
        chain dev {{ tcp dport {server.port} counter {action} comment "block dev ports"\n}}
        chain {hook} {{ type filter hook {hook} priority 10; policy accept;
            ct state established,related accept
            tcp dport {{ 22, {server.port} }} jump dev\n}}\n}}"""
    )


@pytest.mark.parametrize(
    ("action", "code", "hook", "address"),
    [
        ("drop", "fw-drop", "input", "127.0.0.1"),
        ("drop", "fw-drop", "output", "::1"),
        ("reject with tcp reset", "fw-reject-reset", "input", "::1"),
        ("reject with tcp reset", "fw-reject-reset", "output", ADDRESS),
        ("reject with icmpx type admin-prohibited", "fw-reject-icmp", "input", ADDRESS),
        ("reject with icmpx type admin-prohibited", "fw-reject-icmp", "output", "127.0.0.1"),
    ],
)
def test_a_rule_of_nft(action: str, code: str, hook: str, address: str) -> None:
    with Namespace(lan=address == ADDRESS) as stage:
        server = stage.listen(address=address, person=Person.OTHER)
        _guarded(stage, server, hook, action)
        asked = _asked(address, server.port)
        answer = stage.check(asked, "--timeout=1")
        expect_fault(answer, f"{code}-{hook}" if action == "drop" else code, "firewall", server.port)
        rule = named_rule(answer)
        assert (rule["table"], rule["chain"], rule["backend"]) == ("inet guard", "dev", "nftables")
        assert f"handle {rule['handle']}" in stage.run("nft", "-a", "list", "chain", "inet", "guard", "dev")
        assert rule["text"].startswith(f"tcp dport {server.port}"), rule
        assert "block dev ports" in rule["text"], rule
        assert "packets" not in rule["text"], "what a rule has counted is not the rule"
        _proven(stage, asked, answer, f"Let port {server.port} through, for this machine itself")


@EVERYBODY
def test_side_and_kind_are_told_without_root_too(person: Person) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        _guarded(stage, server, "input", "drop")
        answer = stage.check(f"127.0.0.1:{server.port}", "--timeout=1.5", person=person)
    expect_fault(answer, "fw-drop-input", "firewall", server.port, person)
    assert answer.report["firewall"]["verdict"] == "drop"
    assert (answer.report["firewall"]["rule"] is None) is (person is Person.NOBODY)
    assert answer.verdict["confidence"] == ("certain" if person is Person.ROOT else "likely"), answer


@pytest.mark.parametrize(
    ("hook", "established", "title"),
    [
        ("input", True, "Let port"),
        ("input", False, "Let port"),
        ("input", False, "Let this machine talk to itself"),
        ("output", False, "Let port"),
    ],
)
def test_a_policy_that_forgets_loopback(hook: str, established: bool, title: str) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        rules = ["tcp dport 22 accept", *(["ct state established,related accept"] * established)]
        stage.filter(hook, *rules, policy="drop")
        asked = f"127.0.0.1:{server.port}"
        answer = stage.check(asked, "--timeout=1")
        expect_fault(answer, f"fw-drop-{hook}", "firewall", server.port)
        rule = named_rule(answer)
        assert (rule["text"], rule["table"], rule["chain"], rule["handle"]) == ("policy drop", "inet stage", hook, None)
        _proven(stage, asked, answer, title)


def test_answers_that_are_dropped_are_told_so() -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        stage.filter("input", f"tcp dport {server.port} accept", policy="drop")
        asked = f"127.0.0.1:{server.port}"
        answer = stage.check(asked, "--timeout=1")
        expect_fault(answer, "fw-drop-input", "firewall", server.port)
        assert "drops the answers from port" in answer.verdict["summary"], answer
        _proven(stage, asked, answer, "Let port")


@pytest.mark.parametrize(
    ("hook", "action", "other", "lets", "code"),
    [
        ("output", "reject with tcp reset", "input", "tcp dport 22 accept", "fw-drop-input"),
        ("input", "reject", "output", "tcp dport PORT accept", "fw-drop-output"),
    ],
)
def test_a_refusal_that_is_dropped_is_not_the_servers_answer(
    hook: str, action: str, other: str, lets: str, code: str
) -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.filter(hook, f"tcp dport {server.port} {action}")
        stage.filter(other, lets.replace("PORT", str(server.port)), policy="drop")
        asked = f"127.0.0.1:{server.port}"
        answer = stage.check(asked, "--timeout=1.2")
        expect_fault(answer, code, "firewall", server.port)
        side, told = ("out", "reset") if hook == "output" else ("in", "ICMP error")
        assert f"refuses the connection to port {server.port} on its way {side}" in answer.verdict["summary"], answer
        assert f"and the {told} that it answers with is dropped" in answer.verdict["summary"], answer
        assert action in str(answer.verdict["evidence"]), answer
        assert answer.report["firewall"]["rule"]["text"] == "policy drop", answer
        _proven(stage, asked, answer, f"Let port {server.port} through, for this machine itself")
        unsure = stage.check(asked, "--timeout=1.2", person=Person.NOBODY)
        assert unsure.code == "undetermined", unsure
        assert "lost on both sides" in str(unsure.verdict["evidence"]), unsure


@pytest.mark.parametrize(
    ("run", "target", "code"),
    [
        ("iptables-nft", ("DROP",), "fw-drop-input"),
        ("ip6tables-nft", ("REJECT",), "fw-reject-icmp"),
        ("ip6tables-legacy", ("DROP",), "fw-drop-input"),
        ("iptables-legacy", ("REJECT", "--reject-with", "tcp-reset"), "fw-reject-reset"),
    ],
)
def test_a_rule_of_iptables(run: str, target: tuple[str, ...], code: str) -> None:
    address = "::1" if run.startswith("ip6") else "127.0.0.1"
    with Namespace() as stage:
        server = stage.listen(address=address, person=Person.OTHER)
        port = str(server.port)
        stage.run(run, "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j", "ACCEPT")
        stage.run(run, "-N", "CLOSED")
        stage.run(run, "-A", "INPUT", "-p", "tcp", "-j", "CLOSED")
        stage.run(run, "-A", "CLOSED", "-p", "tcp", "--dport", "1:1024", "-j", "RETURN")
        stage.run(run, "-A", "CLOSED", "-p", "tcp", "-m", "multiport", "--dports", f"7,{port}", "-j", *target)
        asked = _asked(address, server.port)
        answer = stage.check(asked, "--timeout=1")
        expect_fault(answer, code, "firewall", server.port)
        rule = named_rule(answer)
        assert rule["table"] == f"{'ip6' if ':' in address else 'ip'} filter", rule
        assert (rule["chain"], rule["position"]) == ("CLOSED", 2), rule
        assert rule["backend"] == ("iptables" if run.endswith("nft") else "iptables-legacy"), rule
        assert f"--dports 7,{port}" in rule["text"], rule
        _proven(stage, asked, answer, "Let port")


def test_what_stops_it_behind_the_first_rule_is_named_and_passed_in_one_go() -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        stage.filter("output", "tcp dport 22 accept", policy="drop")
        stage.run("iptables-nft", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j", "ACCEPT")
        stage.run("iptables-nft", "-A", "INPUT", "-j", "REJECT")
        asked = f"127.0.0.1:{server.port}"
        answer = stage.check(asked, "--timeout=1")
        expect_fault(answer, "fw-drop-output", "firewall", server.port)
        places = [f"{each['table']} {each['chain']}" for each in answer.report["firewall"]["then"]]
        assert places == ["ip filter INPUT"], places
        told = [each["text"] for each in answer.verdict["evidence"]]
        assert any(text.startswith("next rule") and "-j REJECT" in text for text in told), told
        take(stage, way(answer, "Let port"))
        expect_healthy(stage.check(asked))


@pytest.mark.parametrize("program", ["iptables", "iptables-legacy"])
def test_a_policy_of_iptables(program: str) -> None:
    with Namespace() as stage:
        server = stage.listen(person=Person.OTHER)
        stage.run(program, "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j", "ACCEPT")
        stage.run(program, "-P", "INPUT", "DROP")
        asked = f"127.0.0.1:{server.port}"
        answer = stage.check(asked, "--timeout=1")
        expect_fault(answer, "fw-drop-input", "firewall", server.port)
        rule = named_rule(answer)
        assert (rule["text"], rule["table"], rule["chain"]) == ("policy drop", "ip filter", "INPUT"), rule
        commands = [step["argv"][0] for way in answer.report["remedies"] for step in way["steps"]]
        assert set(commands) == {program}, commands
        _proven(stage, asked, answer, "Let port")
        _proven(stage, asked, answer, "Let this machine talk to itself")


def test_behind_sudo_it_is_told_where_the_rules_do_otherwise_with_the_user() -> None:
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        other = stage.listen(port=stage.free_port(), person=Person.OTHER)
        same = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.filter(
            "output",
            f'meta skuid 4711 tcp dport {server.port} drop comment "not for dev"',
            f"meta skuid 0 tcp dport {other.port} reject",
            f"meta skuid 4712 tcp dport {same.port} reject",
        )
        sudo = {"SUDO_UID": "4711", "SUDO_USER": "dev"}
        opened = stage.check(f"127.0.0.1:{server.port}", "--settle=0", environment=sudo)
        rejected = stage.check(f"127.0.0.1:{other.port}", "--settle=0", environment=sudo)
        alike = stage.check(f"127.0.0.1:{same.port}", "--settle=0", environment=sudo)
        root = stage.check(f"127.0.0.1:{server.port}", "--settle=0")
    expect_healthy(opened)
    assert "for dev (uid 4711), who ran sudo, the rules would drop it" in opened.verdict["gloss"], opened
    assert opened.steps["firewall"] == "warn", opened
    theirs = opened.report["firewall"]["for_user"]
    assert (theirs["uid"], theirs["verdict"], "not for dev" in theirs["rule"]["text"]) == (4711, "drop", True), theirs
    first = opened.report["remedies"][0]
    assert first["steps"][0]["argv"][:6] == ["nft", "-e", "-a", "insert", "rule", "inet"], opened
    assert "without sudo" in first["note"], opened
    assert not alike.report["remedies"], alike
    expect_fault(rejected, "fw-reject-icmp", "firewall", other.port)
    assert "who ran sudo, the rules let it through" in rejected.verdict["gloss"], rejected
    assert rejected.report["firewall"]["for_user"]["verdict"] == "accept", rejected
    assert alike.steps["firewall"] == "pass", alike
    assert "the same for uid 4711" in str(alike.report["steps"]), alike
    assert root.report["firewall"]["for_user"] is None, root
    assert "uid" not in root.verdict["gloss"], root


def test_a_rule_for_a_group_is_judged_by_the_groups_of_who_asks() -> None:
    """Those of nft ask for the socket's own group alone; iptables also for others, where it is told to."""
    with Namespace() as stage:
        server = stage.listen(port=stage.free_port(), person=Person.OTHER)
        other = stage.listen(port=stage.free_port(), person=Person.OTHER)
        stage.filter("output", f"meta skgid 4711 tcp dport {server.port} reject")
        match = ("-p", "tcp", "--dport", str(other.port), "-m", "owner", "--gid-owner", "4711", "--suppl-groups")
        stage.run("iptables", "-A", "OUTPUT", *match, "-j", "REJECT")
        found = {}
        for name, groups in {"own": ("--regid=4711", "--clear-groups"), "other": ("--groups=4711,4712",)}.items():
            for port in (server.port, other.port):
                answer = stage.check(f"127.0.0.1:{port}", "--settle=0", through=("setpriv", *groups))
                (judged,) = answer.report["facts"]["judged"]
                found[name, port] = (answer.code, judged["verdict"])
    rejected = ("fw-reject-icmp", "reject:icmp:3:3")
    assert found == {
        ("own", server.port): rejected,
        ("own", other.port): rejected,
        ("other", server.port): ("healthy", "accept"),
        ("other", other.port): rejected,
    }
