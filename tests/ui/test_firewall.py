"""The Firewall tab: the packet's way, the rule that decides beside the real connection, and another sender."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from scripts.pictures.recorded import judge_recorded, recorded
from textual.pilot import Pilot

from porttui.diagnose import diagnose
from porttui.model.facts import Facts, FirewallBackend, Unseen
from porttui.model.report import Report, Status
from porttui.model.rules import HookPassed, Judged, Missed, Rule, RuleStop
from porttui.model.target import Asked
from porttui.reading.sender import Sender
from porttui.reading.way import WayStop
from porttui.ui.app import Ended, PortTui
from porttui.ui.firewall_rows import stop_in_full
from tests import worlds as w
from tests.ui.screen import app_on, drawn, rows, running, settled, text, until, visible

NASTY = "[/oops] [red]x[/red] \\x1b[2J \\u202e 漢字漢字 " + "w" * 300
WAY = """
 The packet's way, from root on devbox to 127.0.0.1:8080
   ✓ output        leaves the program         ip filter OUTPUT: accept (policy)
   ✓ postrouting   last stop outwards         no chain
   ✓ lo            stays on devbox            interface is up
   ✓ prerouting    first stop inwards         no chain
   ✗ input         to a program here          inet guard input: reset
       tcp dport 8080 reject with tcp reset comment "block dev ports"
       table inet guard, chain input, handle 6
   - socket        0.0.0.0:8080, http.server  not reached

 Rule    reset: the client is told "refused"
 Tried   refused in 0.3 ms, and this kernel counted no reset of its own
         The two agree, so this is certain.
"""


def guarded() -> Report:
    """Return what root sees of a rule that resets."""
    return diagnose(recorded("fw-reject-reset"))


def app_with_rules(report: Report | None = None) -> PortTui:
    """Return the app on recorded facts, with the recorded rules behind the sender's line."""
    return app_on(report or guarded(), elsewhere=judge_recorded("fw-reject-reset"))


async def typed(pilot: Pilot[Ended], sender: str) -> None:
    """Type a sender and let it be worked out."""
    await pilot.press("5", "e", "ctrl+u", *sender, "enter")
    await settled(pilot)


def same(row: str) -> str:
    """Return a row without the time that a connection took, which is another with each recording."""
    before, found, after = row.partition("refused in ")
    return f"{before}{found}0.3 ms{after[after.index(' ms') + 3 :]}" if found and " ms" in after else row


async def test_the_way_with_the_rule_under_its_stop_and_beside_the_connection() -> None:
    async with running(app_with_rules()) as pilot:
        await pilot.press("5")
        await pilot.pause()
        seen = list(map(same, visible(pilot)))
        way = drawn(WAY)
        assert [row for row in seen if row in way and row] == [row for row in way if row]
        assert " And from elsewhere?   e and an address, for example  192.168.1.7" in seen
        assert "e Edit sender" in seen[-1]


async def test_a_wide_window_tells_the_stop_in_focus_rule_by_rule() -> None:
    async with running(app_with_rules(), (120, 36)) as pilot:
        await pilot.press("5")
        await pilot.pause()
        seen = visible(pilot)
        left = [row[:71].rstrip() for row in seen]
        assert " > ✗ input         to a program here      2 chains   reset" in left
        assert left[left.index(" At the stop: input") + 1 :][:8] == [
            "   ✓ ip filter INPUT    priority 0     policy accept",
            "   ✗ inet guard input   priority 10    policy accept",
            '       handle 3    iifname "lan0" tcp dport 22 accept       no match',
            "       handle 4    ct state established,related accept      no match",
            '       handle 5    ip saddr @banned drop comment "was noi~  no match',
            "       handle 6    tcp dport 8080 reject with tcp reset",
            '                   comment "block dev ports"',
            "                   rule 4 of chain input: decides",
        ]
        right = [row[72:].rstrip() for row in seen]
        assert "   sender  none (e and an address)" in right
        assert " What was read" in right
        assert "   ✓  nftables         read, 5 rules" in right
        await pilot.press("up", "up")
        assert " At the stop: lo" in [row[:71].rstrip() for row in visible(pilot)]


def test_chains_that_came_back_take_no_room_from_the_rule_that_decides() -> None:
    def rule(chain: str, position: int, text: str) -> Rule:
        return Rule(text=text, table="ip filter", chain=chain, position=position, backend="iptables")

    def jump(chain: str, position: int, to: str) -> RuleStop:
        asked = rule(chain, position, f"-A {chain} -j {to}")
        return RuleStop(table="ip filter", chain=chain, word=f"jump {to}", rule=asked, backend="iptables")

    drop = RuleStop(
        table="ip filter", chain="own", word="drop", rule=rule("own", 3, "-A own -p tcp -j DROP"), backend="iptables"
    )
    missed = (
        Missed(at=0, rules=(rule("INPUT", 2, "-A INPUT -i eth0 -j ACCEPT"),), more=30),
        Missed(at=2, rules=(rule("before", 1, "-A before -p udp -j ACCEPT"),)),
    )
    stops = (jump("INPUT", 3, "before"), jump("INPUT", 4, "own"), drop)
    passed = HookPassed(hook="input", way="there", stops=stops, policy="accept", missed=missed)
    stop = WayStop("input", "", Status.FAIL, "", chains=(passed,), decides=drop)
    assert [row.text.rstrip() for row in stop_in_full(stop, 60, 2)] == [
        " At the stop: input",
        "   ✗ ip filter INPUT   priority 0     policy accept",
        "       30 more rules: no match, or came back",
        "       rule 2      -i eth0 -j ACCEPT             no match",
        "       rule 3      -j before                     came back",
        "       rule 4      -j own                        goes on",
        "       rule 1      -p udp -j ACCEPT              no match",
        "       rule 3      -A own -p tcp -j DROP",
        "                   rule 3 of chain own: decides",
    ]
    few = [row.text for row in stop_in_full(stop, 60, 0)]
    assert few[2] == "       32 rules: no match, or came back"


async def test_a_narrow_window_begins_with_what_decides_and_scrolls_to_the_rest() -> None:
    async with running(app_with_rules(), (40, 12)) as pilot:
        await pilot.press("5")
        await pilot.pause()
        assert rows(pilot)[1].startswith(" 5 Firewall  reset")
        assert any("✗ input: inet guard input: reset" in row for row in rows(pilot))
        seen = set(visible(pilot))
        for _ in range(50):
            await pilot.press("down")
            seen |= set(visible(pilot))
        assert {" - socket: not reached", " And from elsewhere?  e", " What was read"} <= seen


async def test_all_of_it_in_ascii() -> None:
    app = app_on(guarded(), elsewhere=judge_recorded("fw-reject-reset"), ascii_only=True)
    async with running(app, (120, 36)) as pilot:
        await typed(pilot, "10.231.8.66")
        assert all(row.isascii() for row in rows(pilot))


async def test_another_sender_meets_the_same_rule() -> None:
    async with running(app_with_rules()) as pilot:
        await typed(pilot, "10.231.8.7")
        seen = visible(pilot)
        assert "   10.231.8.7    reset by the same rule         (worked out, not tried)" in seen
        assert any("Asked at 10.231.8.1:8080: 127.0.0.1 is for devbox itself." in row for row in seen)


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 12)])
async def test_a_sender_that_another_rule_drops(size: tuple[int, int]) -> None:
    async with running(app_with_rules(), size) as pilot:
        await typed(pilot, "10.231.8.66")
        seen = text(pilot)
        for _ in range(20):
            await pilot.press("down")
            seen += text(pilot)
        assert "drop by another rule" in seen
        assert "ip saddr @banned drop" in seen
        assert "handle 5" in seen


async def test_what_lets_a_sender_through_that_alone_is_blocked_is_a_command_to_copy() -> None:
    facts = guarded().facts
    assert isinstance(facts.judged, tuple)
    accepted = tuple(replace(each, verdict="accept", rule=None, policy=None, path=()) for each in facts.judged)
    app = app_with_rules(diagnose(replace(facts, attempts=(w.opened(),), judged=accepted)))
    async with running(app) as pilot:
        await typed(pilot, "10.231.8.66")
        assert "c copies the command that tells what lets it through" in rows(pilot)[-2]
        await pilot.press("c")
        assert app.clipboard.startswith("porttui firewall 10.231.8.1:8080 --from 10.231.8.66")


async def test_what_is_typed_goes_nowhere_else() -> None:
    app = app_with_rules()
    async with running(app) as pilot:
        await pilot.press("5", "e", *"q1rt?e/")
        await pilot.pause()
        assert "   q1rt?e/_" in visible(pilot)
        assert app.return_value is None
        assert "[5 Firewall]" in rows(pilot)[1]
        assert " enter Work it out  esc Leave it  ctrl+c Quit" in visible(pilot)
        await pilot.press("backspace", "escape")
        await pilot.pause()
        assert " And from elsewhere?   e and an address, for example  192.168.1.7" in visible(pilot)
        assert "[5 Firewall]" in rows(pilot)[1]


@pytest.mark.parametrize(
    ("sender", "told"),
    [
        ("nonsense", '"nonsense" is no address'),
        ("laptop.local", "is no address; type one in numbers"),
        ("10.231.8.0/24", "is no address"),
        ("999.1.1.1", "is no address"),
        ("[red]x[/red]", "is no address"),
        ("漢字漢字", "is no address"),
        ("'; rm -rf /", "is no address"),
        ("127.0.0.1", "127.0.0.1 is not the address of another machine"),
        ("::1", "::1 is not the address of another machine"),
        ("0.0.0.0", "0.0.0.0 is not the address"),
        ("255.255.255.255", "is not the address"),
        ("224.0.0.1", "is not the address"),
        ("10.231.8.1", "10.231.8.1 is devbox itself"),
        ("::ffff:10.231.8.1", "10.231.8.1 is devbox itself"),
        ("2001:db8::7", "devbox has no IPv6 address here that others could ask for"),
        ("fe80::1%nosuch", "devbox has no IPv6 address"),
    ],
)
async def test_a_sender_that_can_be_none_is_told_why(sender: str, told: str) -> None:
    def never(facts: Facts, sender: Sender) -> Judged:
        raise AssertionError(f"{sender} was judged on {facts.host.name}")

    async with running(app_on(guarded(), elsewhere=never)) as pilot:
        await typed(pilot, sender)
        assert told in " ".join(row.strip() for row in rows(pilot))
        assert [cell_len(row) for row in rows(pilot)] == [80] * 24


async def test_nothing_typed_asks_about_nobody_and_a_long_line_is_cut() -> None:
    async with running(app_with_rules()) as pilot:
        await typed(pilot, "10.231.8.7")
        await typed(pilot, "")
        assert " And from elsewhere?   e and an address, for example  192.168.1.7" in visible(pilot)
        await pilot.press("e", *"1" * 90)
        await pilot.pause()
        assert any(row.endswith("1" * 60 + "_") for row in visible(pilot))


async def test_the_sender_before_is_there_to_be_changed() -> None:
    async with running(app_with_rules()) as pilot:
        await typed(pilot, "10.231.8.7")
        await pilot.press("e", "backspace", "6", "6", "enter")
        await settled(pilot)
        assert any("10.231.8.66" in row and "drop by another rule" in row for row in visible(pilot))


async def test_working_it_out_leaves_the_app_free_and_the_newest_sender_wins() -> None:
    go = {"10.0.0.1": threading.Event(), "10.0.0.2": threading.Event()}

    def slow(_: Facts, sender: Sender) -> Judged:
        assert go[sender.address].wait(20)
        verdict = {"10.0.0.1": "drop", "10.0.0.2": "accept"}[sender.address]
        return Judged(address=sender.to, port=sender.port, sender=sender.address, verdict=verdict)

    app = app_on(guarded(), elsewhere=slow)
    async with running(app) as pilot:
        await pilot.press("5", "e", *"10.0.0.1", "enter")
        await until(pilot, lambda: "   10.0.0.1   . being worked out" in visible(pilot))
        await pilot.press("1")
        assert "[1 Diagnosis]" in rows(pilot)[1]
        await pilot.press("5", "e", "backspace", "2", "enter")
        go["10.0.0.2"].set()
        await until(pilot, lambda: any("10.0.0.2      accept" in row for row in rows(pilot)))
        go["10.0.0.1"].set()
        await settled(pilot)
        assert any("10.0.0.2      accept" in row for row in rows(pilot))
        assert "http.server would answer at 10.231.8.1:8080." in text(pilot)


async def test_a_failure_of_porttui_at_it_is_told() -> None:
    def broken(facts: Facts, sender: Sender) -> Judged:
        raise RuntimeError(f"{facts.os} {sender}")

    app = app_on(guarded(), elsewhere=broken)
    async with running(app) as pilot:
        await typed(pilot, "10.231.8.7")
        assert "can't see: porttui failed at it" in text(pilot)
        assert isinstance(app.failure, RuntimeError)


async def test_a_recheck_asks_about_the_sender_again() -> None:
    asked: list[str] = []
    judge = judge_recorded("fw-reject-reset")
    assert judge is not None

    def noted(facts: Facts, sender: Sender) -> Judged | Unseen:
        asked.append(sender.address)
        return judge(facts, sender)

    async with running(app_on(guarded(), elsewhere=noted)) as pilot:
        await typed(pilot, "10.231.8.7")
        await pilot.press("r")
        await settled(pilot)
        assert asked == ["10.231.8.7"] * 2
        assert any("reset by the same rule" in row for row in rows(pilot))


async def test_another_target_begins_without_a_sender() -> None:
    report = guarded()

    def look(asked: Asked) -> Iterator[Facts]:
        yield replace(report.facts, asked=asked)

    app = app_on(report, look=look, judge=diagnose, elsewhere=judge_recorded("fw-reject-reset"))
    async with running(app) as pilot:
        await typed(pilot, "10.231.8.7")
        await pilot.press("3", "enter")
        await settled(pilot)
        await pilot.press("5")
        await pilot.pause()
        assert not any("10.231.8.7" in row for row in rows(pilot))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 12)])
async def test_without_root_it_says_what_the_connection_shows_and_what_would_show_the_rules(
    size: tuple[int, int],
) -> None:
    needs = Unseen(what="firewall rules", reason="needs root", how_to_see="nft list ruleset", needs_root=True)
    each = {"Dev.Loopback": 2, "Ip.InDelivers": 1, "Ip.InReceives": 2}
    facts = w.world(
        root=False,
        sockets=w.sockets(w.listener()),
        attempts=(replace(w.refused(by_kernel=False), rounds=(each,) * 5),),
        judged=needs,
    )
    app = app_on(diagnose(facts), elsewhere=judge_recorded("fw-reject-reset"))
    async with running(app, size) as pilot:
        await pilot.press("5")
        await pilot.pause()
        assert "Edit sender" not in rows(pilot)[-1]
        seen = text(pilot)
        for _ in range(50):
            await pilot.press("down")
            seen += text(pilot)
        told = " ".join(seen.replace("│", " ").split())
        assert "sudo nft list ruleset" in told
        assert "can't tell without the rules" in told
        assert "✗ input" in told
        await pilot.press("c")
        assert app.clipboard == "sudo nft list ruleset"
        await pilot.press("e")
        assert "_" not in " ".join(row for row in rows(pilot) if "elsewhere" in row)


async def test_a_record_without_its_rules_says_so() -> None:
    async with running(app_on(guarded())) as pilot:
        await pilot.press("5")
        await pilot.pause()
        assert "Edit sender" not in rows(pilot)[-1]
        assert "can't tell: this is a record" in text(pilot)


@pytest.mark.parametrize("os", ["macos", "windows"])
async def test_of_other_systems_it_says_that_their_rules_are_not_read(os: str) -> None:
    not_read = Unseen(what="firewall rules", reason="porttui does not read them on this system", how_to_see="")
    pf = FirewallBackend(name="pf", installed=True, unseen=not_read)
    facts = w.world(os=os, judged=not_read, firewall=(pf,), sockets=w.sockets(w.listener()), attempts=(w.opened(),))  # type: ignore[arg-type]
    app = app_on(diagnose(facts), elsewhere=judge_recorded("fw-reject-reset"))
    async with running(app, (80, 40)) as pilot:
        await pilot.press("5")
        await pilot.pause()
        told = " ".join(text(pilot).split())
        assert "can't see, porttui does not read them on this system" in told
        assert "can't tell without the rules: porttui does not read them on this system" in told
        assert "prerouting" not in told
        assert "Edit sender" not in rows(pilot)[-1]


def hostile() -> Report:
    """Return a report whose rules say nasty things."""
    rule = Rule(text=NASTY, table=NASTY, chain=NASTY, handle=7)
    stop = RuleStop(table=NASTY, chain=NASTY, word="drop", rule=rule)
    jump = RuleStop(table=NASTY, chain=NASTY, word=f"jump {NASTY}", rule=replace(rule, text=NASTY * 3))
    judged = Judged(
        address="127.0.0.1",
        port=8080,
        sender="127.0.0.1",
        verdict="drop",
        rule=rule,
        path=(HookPassed(hook="input", way="there", stops=(jump, stop)),),
    )
    unknown = replace(judged, address="127.0.0.2", verdict="unknown", rule=None, unknown=(NASTY,) * 20)
    backend = FirewallBackend(name=NASTY, installed=True, rules=1)
    return diagnose(w.world(judged=(judged, unknown), firewall=(backend,), sockets=w.sockets(w.listener())))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 12), (41, 13)])
async def test_nasty_rules_are_shown_as_they_are(size: tuple[int, int]) -> None:
    report = hostile()
    assert isinstance(report.facts.judged, tuple)
    drop, unknown = report.facts.judged
    answers = iter((drop, unknown, Unseen(what=NASTY, reason=NASTY, how_to_see=NASTY)))
    lan = replace(report.facts, asked=recorded("fw-reject-reset").asked)
    app = app_on(replace(report, facts=lan), elsewhere=lambda _facts, _sender: next(answers))
    async with running(app, size) as pilot:
        for key in ("5", "down", "e", "escape"):
            await pilot.press(key)
            await pilot.pause()
            assert [cell_len(row) for row in rows(pilot)] == [size[0]] * size[1]
        for _ in range(3):
            await typed(pilot, "10.231.8.66")
            for _ in range(6):
                await pilot.press("down")
                assert [cell_len(row) for row in rows(pilot)] == [size[0]] * size[1]
                assert not any("\x1b" in row for row in rows(pilot))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (40, 12)])
async def test_every_key_of_the_key_row_does_something(size: tuple[int, int]) -> None:
    async with running(app_with_rules(), size) as pilot:
        await pilot.press("5")
        await pilot.pause()
        named = [entry.split(" ")[0] for entry in rows(pilot)[-1].strip().split("  ") if entry]
    assert {"e", "?", "q"} <= set(named)
    for name in named:
        app = app_with_rules()
        async with running(app, size) as pilot:
            await pilot.press("5")
            await pilot.pause()
            before = text(pilot)
            await pilot.press({"esc": "escape", "?": "question_mark"}.get(name, name))
            await settled(pilot)
            assert app.return_value is not None or text(pilot) != before, f"{name} does nothing"


async def test_the_list_of_keys_tells_of_the_sender() -> None:
    async with running(app_with_rules(), (80, 50)) as pilot:
        await pilot.press("5", "question_mark")
        await pilot.pause()
        assert "type the address of another machine: would it get through?" in text(pilot)
        await pilot.press("escape", "1", "question_mark")
        await pilot.pause()
        assert "type the address of another machine" not in text(pilot)
