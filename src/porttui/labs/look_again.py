"""A firewall rule, and behind it a server at another address."""

from __future__ import annotations

from porttui.labs.common import LAN, add_lan, answers, behind_rules, missing_firewall, page, without_rules
from porttui.labs.lab import Lab, Scene
from porttui.labs.stage import Stage


def _start(stage: Stage) -> Scene:
    add_lan(stage)
    scene = behind_rules("type filter hook input priority filter", "ip daddr 10.231.8.1 drop")(stage)
    page(stage, "--host", "127.0.0.1", "--port", scene.words["port"])
    return Scene(target=f"{LAN}:{scene.words['port']}", words=scene.words)


def _solve(stage: Stage, scene: Scene) -> None:
    without_rules(stage, scene)
    page(stage, "--host", LAN, "--port", scene.words["port"])


LAB = Lab(
    name="look-again",
    title="Mended, and not",
    code="fw-drop-input",
    lesson="firewall",
    also=(("listener-loopback-only", "who-can-reach"),),
    story="""
        The page is there at localhost:{port}. At {target}, an address of this same machine, nothing comes back.
        When you have found the reason and mended it, look again before you celebrate. (The lab has a network of
        its own: ! COMMAND runs in it, and the firewall of this machine is left alone.)
    """,
    goal="http://{target} shows the page.",
    hints=(
        "Take one at a time: a time-out is not a refusal. d asks porttui.",
        "A rule drops the packets: ! nft delete table ip lab - and then ask again.",
        "Now it is refused: the server listens on 127.0.0.1 only. e --host 0.0.0.0",
    ),
    explanation="""
        One fault can hide another: the rule dropped the packets before the kernel could say that nobody listens
        at that address. What was found first was right, and not all. So look again after each step, with the
        same question as at first; it is mended when that one works.
    """,
    start=_start,
    look=answers(LAN),
    solve=_solve,
    private=True,
    missing=missing_firewall,
)
