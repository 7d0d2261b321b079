"""What is on the screen, row by row, for the reports with which the screens were drawn."""

from __future__ import annotations

import pytest

from tests import reports
from tests.ui.screen import app_on, drawn, rows, running, visible

IPV6_ONLY = """
 ✗ FAULT  127.0.0.1:5173  why can't I connect?             dev@devbox  14:02:11
[1 Diagnosis] 2 Fix  3 Sockets  4 Process  5 Firewall  6 Learn
────────────────────────────────────────────────────────────────────────────────
 The server listens on IPv6 only; you asked for IPv4.

   you asked for   127.0.0.1:5173   IPv4   nothing listens there
   what listens    [::1]:5173       IPv6   node, pid 4121 (vite, in ~/shop)

 Both mean devbox itself, but each is a door of its own.

   name        ✓ ok         127.0.0.1 is devbox itself (you are here over ssh)
   bind        - skip       free: no program holds 127.0.0.1:5173
 > listener    ✗ FAIL       only [::1]:5173 listens
   path        - skip       refused by devbox at once: follows from listener
   probe       - skip       not reached; [::1]:5173 answers, HTTP 200
   firewall    ? can't see  rules need root; this refusal is not theirs

 Evidence for listener                                  x explains backlog, RST
   LISTEN   [::1]:5173      node, pid 4121, queue 0 of 511
   connect  127.0.0.1:5173  ECONNREFUSED in 0.1 ms, reset by this kernel

 Certain: 31 causes ruled out; 1 thing not seen, which cannot change this.
 Next  f  fix it: two ways, the first was tried and works
 f Fix  r Recheck  enter Reasons  c Copy  t Target  C Bare text  ? Keys  q Quit
"""
TWO_FAULTS = """
 ✗ 2 FAULTS  https://shop.example:8443  connect?          oncall@web3  03:12:40
[1 Diagnosis] 2 Fix  3 Sockets  4 Process  5 Firewall  6 Learn
────────────────────────────────────────────────────────────────────────────────
 First  The certificate expired 3 h 12 min ago.
 Then   Behind it nginx answers 502.

   you asked for   https://shop.example:8443   10.20.0.14, this machine
   what listens    0.0.0.0:8443                nginx.service, user root

   name        ✓ ok         shop.example is 10.20.0.14 (hosts file)
   bind        - skip       taken, as it should be: nginx serves 8443
   listener    ✓ ok         0.0.0.0:8443, queue 0 of 511
   path        ✓ ok         open in 0.2 ms
 > probe       ✗ FAIL       certificate expired, then HTTP 502
   firewall    ✓ ok         the connection opened, so no rule blocks it

 Evidence for probe                                      x explains certificate
   first  valid until 2025-11-22 00:00:00 UTC; this machine's clock 03:12:40 UTC
   then   GET / without checking the certificate: 502, "Server: nginx"
 First: certain. Then: likely; 2 things not seen could change it.


 Next  f  both fixes, in order
 f Fix  r Recheck  enter Reasons  c Copy  t Target  C Bare text  ? Keys  q Quit
"""
NARROW = """
 ✗ FAULT  127.0.0.1:5173
✓name -bind ✗LISTENER -path -probe ?fire
────────────────────────────────────────
 The server listens on IPv6 only; you
 asked for IPv4.
   asked  127.0.0.1:5173  nobody there
   found  [::1]:5173      node, pid 4121
 Both mean devbox itself, but each is a
 door of its own.
 Certain.                   down: more
 Next  f  two ways, the first works
 f Fix  r Recheck  ? Keys  q Quit
"""
FIX = """
 ✗ FAULT  127.0.0.1:5173  why can't I connect?             dev@devbox  14:02:11
 1 Diagnosis [2 Fix] 3 Sockets  4 Process  5 Firewall  6 Learn
────────────────────────────────────────────────────────────────────────────────
 Choose one way: A or B. Then press r: porttui looks again.

 A  Ask for the address that listens               safe   ✓ tried: HTTP 200
 >  [ ] 1  In the program that showed the error, write
             http://localhost:5173
 B  Let vite listen on 127.0.0.1                   restarts vite
    [ ] 1  In the terminal where vite runs (pts/2) press ctrl+c.
    [ ] 2  There, start it again:
             npm run dev -- --host 127.0.0.1
    [ ] 3  To keep it so, in vite.config.js:
             server: { host: '127.0.0.1' }
    Not plain --host: that opens the server to your whole network.
"""
NARROW_FIX = """
 ✗ FAULT  127.0.0.1:5173
 2 Fix  choose one of A B   way 1 of 2
────────────────────────────────────────
 A  Ask for the address that listens
    safe, ✓ tried: HTTP 200
 >  [ ] 1  In the program that showed
           the error, write
             http://localhost:5173

 last look 14:02:11 refused, 1 look
 Next  do A1, or right for way B
 enter Done  C Bare text  ? Keys  q Quit
"""
SOCKETS = """
   LOCAL ADDRESS    STATE   QUEUE  PROGRAM      PID    USER     REACHED BY/PEER
   0.0.0.0:22       LISTEN  ?      (ssh)        ?      root     network
   127.0.0.1:3000   LISTEN  0/511  node         3990   dev      this machine
 > [::1]:5173       LISTEN  0/511  node         4121   dev      this machine
"""
NARROW_SOCKETS = """
 ✗ FAULT  127.0.0.1:5173
 3 Sockets  Filter none  4 of 4
────────────────────────────────────────
   0.0.0.0:22      (ssh)         ?
   127.0.0.1:3000  node          3990
 > [::1]:5173      node          4121
   127.0.0.1:5432  (postgresql)  ?

 LISTEN, queue 0 of 511, user dev,
 reached by this machine only
 Next  enter asks why this row fails
 / Filter  p Process  ? Keys  q Quit
"""


async def test_diagnosis() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        assert visible(pilot) == drawn(IPV6_ONLY)


async def test_two_faults() -> None:
    async with running(app_on(reports.two_faults())) as pilot:
        assert visible(pilot) == drawn(TWO_FAULTS)


async def test_what_was_not_seen_is_said_and_how_to_see_it() -> None:
    async with running(app_on(reports.as_nobody())) as pilot:
        seen = visible(pilot)
        assert " > firewall    ✗ FAIL       arrived 3, delivered 0; the rule itself: can't see" in seen
        assert " Likely, not certain. Not seen, and it could change this:" in seen
        assert "   the rules        need root: sudo nft list ruleset" in seen


async def test_narrow_diagnosis() -> None:
    async with running(app_on(reports.ipv6_only()), (40, 12)) as pilot:
        assert visible(pilot) == drawn(NARROW)


async def test_narrow_diagnosis_in_ascii() -> None:
    async with running(app_on(reports.ipv6_only(), ascii_only=True), (40, 12)) as pilot:
        twins = NARROW.replace("✓", "+").replace("✗", "x").replace("─", "-")
        assert visible(pilot) == drawn(twins)
        assert all(row.isascii() for row in rows(pilot))


async def test_fix() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("f")
        await pilot.pause()
        assert visible(pilot)[:15] == drawn(FIX)


async def test_narrow_fix() -> None:
    async with running(app_on(reports.ipv6_only()), (40, 12)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert visible(pilot) == drawn(NARROW_FIX)


async def test_sockets() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("3")
        await pilot.pause()
        assert visible(pilot)[5:9] == drawn(SOCKETS)
        assert visible(pilot)[3] == " Filter  none (/ begins one)    4 of 4 shown, by port        last look 14:02:11"
        assert "   0 connections wait, 511 may. Only programs on devbox reach it, by IPv6." in visible(pilot)


async def test_narrow_sockets() -> None:
    async with running(app_on(reports.ipv6_only()), (40, 12)) as pilot:
        await pilot.press("3")
        await pilot.pause()
        assert visible(pilot) == drawn(NARROW_SOCKETS)


async def test_wide_window_has_two_columns_with_the_fix_under_the_answer() -> None:
    async with running(app_on(reports.ipv6_only()), (120, 36)) as pilot:
        seen = rows(pilot)
        assert seen[0].rstrip().endswith("dev@devbox, over ssh   looked 14:02:11")
        assert seen[3][71] == "│"
        assert seen[3][72:].startswith(" Sockets on port 5173: 1 of 41")
        assert any(row.startswith("─" * 71 + "│") for row in seen)
        assert any(row.startswith(" Fix: choose one way") for row in seen)
        assert any("│   ✗ socket    nobody at 127.0.0.1:5173" in row for row in seen)


async def test_process() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("4")
        await pilot.pause()
        seen = visible(pilot)
        assert seen[3] == " node, pid 4121, dev (you)                                waiting for work (S)"
        assert "   runs because   systemd > sshd > bash (pts/2) > npm 4102 > node 4121" in seen
        assert "   command        node ~/shop/node_modules/.bin/vite" in seen


async def test_firewall_says_what_was_not_read() -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press("5")
        await pilot.pause()
        seen = "\n".join(visible(pilot))
        assert "The packet's way, from dev on devbox to 127.0.0.1:5173" in seen
        assert "?  nftables  can't see, need root: sudo nft list ruleset" in seen


async def test_rule_is_the_first_row_to_go() -> None:
    async with running(app_on(reports.ipv6_only()), (80, 23)) as pilot:
        expected = drawn(IPV6_ONLY)
        assert visible(pilot) == expected[:2] + expected[3:]


async def test_smaller_than_all_screens() -> None:
    async with running(app_on(reports.ipv6_only()), (39, 12)) as pilot:
        seen = " ".join(row.strip() for row in visible(pilot)).strip()
        assert seen.startswith("FAULT 127.0.0.1:5173 The server listens on IPv6 only; you asked for IPv4.")
        assert seen.endswith("Window too small.")


@pytest.mark.parametrize("key", ["1", "2", "3", "4", "5"])
async def test_at_most_one_fail_on_a_screen(key: str) -> None:
    async with running(app_on(reports.ipv6_only())) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert sum("✗" in row for row in rows(pilot)[1:]) <= 1


async def test_narrow_text_scrolls_down_to_steps_and_evidence() -> None:
    async with running(app_on(reports.ipv6_only()), (40, 12)) as pilot:
        seen = set(visible(pilot))
        for _ in range(40):
            await pilot.press("down")
            seen |= set(visible(pilot))
        assert " Evidence for listener" in seen
        assert any("only [::1]:5173 listens" in row for row in seen)
        assert "down: more" not in visible(pilot)[-3]


async def test_healthy_shows_what_answered() -> None:
    async with running(app_on(reports.healthy())) as pilot:
        seen = visible(pilot)
        assert seen[0].startswith(" ✓ OK  127.0.0.1:3000")
        assert " > probe       ✓ ok         HTTP 200 in 4 ms" in seen
        assert "   GET /  HTTP 200, text/html" in seen
        assert "f Fix" not in seen[-1]


async def test_cause_not_found_says_what_would_decide_it() -> None:
    async with running(app_on(reports.unknown())) as pilot:
        seen = visible(pilot)
        assert " No answer in 3.0 s, and the cause could not be found." in seen
        assert " What would decide it:" in seen
        assert "   ask again when there is less traffic   porttui check 10.20.0.14:8080" in seen
