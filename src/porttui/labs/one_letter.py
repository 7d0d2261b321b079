"""A plain HTTP server that is asked by https."""

from __future__ import annotations

from porttui.labs.common import answers_or_url, served
from porttui.labs.lab import Lab, Scene
from porttui.labs.stage import Stage


def _start(stage: Stage) -> Scene:
    scene = served()(stage)
    return Scene(target=f"https://{scene.target}", words=scene.words)


def _solve(stage: Stage, scene: Scene) -> None:
    stage.answer = f"http://127.0.0.1:{scene.words['port']}"


LAB = Lab(
    name="one-letter",
    title="A wrong version number",
    code="tls-to-plain",
    lesson="http",
    story="""
        A browser that insists on safety turned your address into {target}. It shows an error about SSL and a
        wrong version number. Nobody has changed the server.
    """,
    goal="{target} shows the page, or you name the URL that does (a URL).",
    hints=(
        "Is it the certificate? Or does the server not speak TLS at all? d asks porttui.",
        "An https client begins with a TLS greeting. A plain server takes it for a broken request.",
        "The server speaks plain HTTP. Say the URL that works: a http://127.0.0.1:{port}",
    ),
    explanation="""
        https is HTTP inside TLS, and the two are different protocols on the wire; a port usually speaks one of
        them. A client that gets plain text in answer to its TLS greeting reads it as a TLS record and finds a
        version that does not exist, hence the odd message. On loopback plain HTTP is usually good enough.
    """,
    asks=True,
    start=_start,
    look=answers_or_url("https"),
    solve=_solve,
)
