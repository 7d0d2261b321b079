"""A TLS server that is asked by plain http."""

from __future__ import annotations

import shutil

from porttui.labs.common import answers_or_url, served
from porttui.labs.lab import Lab, Scene
from porttui.labs.stage import Stage


def _start(stage: Stage) -> Scene:
    scene = served("--tls", "on")(stage)
    return Scene(target=f"http://{scene.target}", words=scene.words)


def _solve(stage: Stage, scene: Scene) -> None:
    stage.answer = f"https://127.0.0.1:{scene.words['port']}"


def _missing() -> str:
    return "" if shutil.which("openssl") else "it takes openssl, which is not found here"


LAB = Lab(
    name="no-reply",
    title="The server sent no data",
    code="plain-http-to-tls",
    lesson="http",
    story="""
        Since the last update of the server {target} shows no page any more: the connection opens, and ends
        without an answer.
    """,
    goal="{target} shows the page, or you name the URL that does (a URL).",
    hints=(
        "The port is open and somebody is there. Which protocol is it? d asks porttui.",
        "Try it with TLS: ! curl -k https://127.0.0.1:{port}",
        "It speaks TLS. Say the URL that works: a https://127.0.0.1:{port} - or turn it off: e --tls off",
    ),
    explanation="""
        A TLS server waits for the greeting of TLS (ClientHello). A plain GET is none, so it ends the
        connection, often without a word; nginx and others answer 400 in plain text. The address needs https.
        Its certificate is signed by nobody that your browser trusts, which is a question of its own: porttui
        learn certificates.
    """,
    asks=True,
    start=_start,
    look=answers_or_url("http"),
    solve=_solve,
    missing=_missing,
)
