"""nat-prerouting-only: the port is a redirect that only packets from outside meet."""

from __future__ import annotations

import pytest

from tests.system.expect import EVERYBODY, expect_fault, expect_healthy
from tests.system.nat import translate
from tests.system.people import Person
from tests.system.stage import ADDRESS, Namespace

pytestmark = pytest.mark.system


@EVERYBODY
@pytest.mark.parametrize("program", ["nft", "iptables"])
@pytest.mark.parametrize("address", ["127.0.0.1", ADDRESS])
def test_local_clients_do_not_pass_the_redirect(person: Person, address: str, program: str) -> None:
    """Without root it is a server on a port nearby, which is true as well, and the same way out is offered."""
    with Namespace(lan=True) as stage:
        port = stage.free_port()  # not 80, where a server of another test may listen in its own namespace
        server = stage.listen(address="0.0.0.0", port=port + 1, person=Person.OTHER)
        if program == "nft":
            translate(stage, "prerouting", f'iifname "lan0" tcp dport {port} redirect to :{server.port}')
        else:
            rule = ("-i", "lan0", "-p", "tcp", "--dport", f"{port}", "-j", "REDIRECT", "--to-ports", f"{server.port}")
            stage.run("iptables", "-t", "nat", "-A", "PREROUTING", *rule)
        answer = stage.check(f"http://{address}:{port}/", person=person)
    if person is Person.ROOT:
        expect_fault(answer, "nat-prerouting-only", "firewall", port, person)
        assert answer.verdict["confidence"] == "certain", answer
        assert "'OUTPUT'" in str(answer.report["remedies"]) or "porttui_output" in str(answer.report["remedies"]), (
            answer
        )
    else:
        expect_fault(answer, "wrong-port", "listener", port, person, staged="nat-prerouting-only")
    ways = str(answer.report["remedies"])
    assert f":{server.port}" in ways, answer


@pytest.mark.parametrize("program", ["nft", "iptables"])
def test_the_ways_to_a_container_work(program: str) -> None:
    """docker's rules leave loopback out: this machine's other address works, and so does what is offered for it."""
    with Namespace(lan=True) as stage, Namespace() as container:
        stage.join(container, "10.231.9.1", "10.231.9.2")
        container.listen(address="0.0.0.0", port=80)
        port = stage.free_port()
        if program == "nft":
            rule = f"fib daddr type local tcp dport {port} dnat to 10.231.9.2:80"
            stage.nft(f"table ip of {{ chain in {{ type nat hook prerouting priority -100; {rule}; }}; }}")
            stage.nft("add chain ip of out { type nat hook output priority -100; }")
            stage.nft(f"add rule ip of out ip daddr != 127.0.0.0/8 {rule}")
        else:
            dnat = ("-p", "tcp", "--dport", str(port), "-j", "DNAT", "--to-destination", "10.231.9.2:80")
            stage.run("iptables", "-t", "nat", "-A", "PREROUTING", *dnat)
            stage.run("iptables", "-t", "nat", "-A", "OUTPUT", "!", "-d", "127.0.0.0/8", *dnat)
        answer = stage.check(f"127.0.0.1:{port}")
        expect_fault(answer, "nat-prerouting-only", "firewall", port)
        ways = {each["title"]: each for each in answer.report["remedies"]}
        other = ways[f"Ask for {ADDRESS}, as other machines do"]
        assert (other["steps"][0]["url"], other["tried"]) == (f"{ADDRESS}:{port}", "it opens"), answer
        local = ways["Let connections of this machine to 127.0.0.1 be led on too"]
        for step in local["steps"]:
            stage.run(*step["argv"])
        expect_healthy(stage.check(f"127.0.0.1:{port}"))
        for command in local["undo"].split("; "):
            stage.run(*command.split())
        assert stage.check(f"127.0.0.1:{port}").code == "nat-prerouting-only"


@EVERYBODY
def test_with_nobody_nearby_root_still_knows(person: Person) -> None:
    with Namespace(lan=True) as stage:
        port = stage.free_port()
        server = stage.listen(port=port + 1000, address="0.0.0.0", person=Person.OTHER)
        translate(stage, "prerouting", f"tcp dport {port} redirect to :{server.port}")
        answer = stage.check(f"127.0.0.1:{port}", person=person)
    if person is Person.ROOT:
        expect_fault(answer, "nat-prerouting-only", "firewall", port, person)
    else:
        expect_fault(answer, "nothing-listening", "listener", port, person, staged="nat-prerouting-only")
        assert answer.verdict["confidence"] == "likely", answer
        assert any("rules" in what for what in answer.unseen), answer
