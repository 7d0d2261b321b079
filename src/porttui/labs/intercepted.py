"""A proxy variable that catches a request to this machine."""

from __future__ import annotations

from porttui.labs.common import served
from porttui.labs.lab import Lab, Look, Scene
from porttui.labs.stage import Stage


def _start(stage: Stage) -> Scene:
    """Name as proxy a port that a program had, and has no more."""
    before = stage.start("page")
    stage.end(before)
    scene = served()(stage)
    proxy = f"http://127.0.0.1:{before.port}"
    stage.variables |= {"http_proxy": proxy, "HTTP_PROXY": proxy, "no_proxy": "", "NO_PROXY": ""}
    return Scene(target=f"http://{scene.target}", words={**scene.words, "other": before.port})


def _look(stage: Stage, scene: Scene) -> Look:
    said = stage.fetch(scene.target)
    return Look(solved=said.page == "page", word=said.word)


def _solve(stage: Stage, scene: Scene) -> None:
    stage.variables["no_proxy"] = "127.0.0.1"


LAB = Lab(
    name="intercepted",
    title="A detour of which nobody told",
    code="proxy-env",
    lesson="proxies",
    story="""
        Your program asks for {target} and gets an error. The browser of your colleague shows the page at the
        same address. In your terminal some variables are set, by whom nobody knows:
        http_proxy=http://127.0.0.1:{other}, no_proxy empty. (e and ! have them, too.)
    """,
    goal="A program with these variables gets {target}. e NAME=VALUE changes one.",
    hints=(
        "Compare with and without the variables: ! curl {target} - and ! curl --noproxy '*' {target}",
        "http_proxy sends each http request to a proxy, requests to this machine too. Who listens there?",
        "Leave this machine out of it: e no_proxy=127.0.0.1,localhost - or empty the other: e http_proxy=",
    ),
    explanation="""
        Many programs read http_proxy, https_proxy and no_proxy (some of them in capital letters) and ask the
        proxy in place of the server. A proxy elsewhere knows another localhost, and one that is gone refuses
        everything. Browsers have settings of their own, so that they work while curl fails. no_proxy names what
        is to be asked directly.
    """,
    start=_start,
    look=_look,
    solve=_solve,
)
