"""A server in a container's network, asked for at the localhost outside."""

from __future__ import annotations

import re

from porttui.labs.common import missing_network
from porttui.labs.lab import Lab, Look, Scene
from porttui.labs.stage import Stage, StartError

_HERE, _THERE = "10.231.8.1", "10.231.8.2"
_INTO_ONE_OF_ITS_OWN = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")


def _start(stage: Stage) -> Scene:
    """Start the server in a second network, and join the two by a cable, as a container runtime does."""
    server = stage.start("page", "--host", "0.0.0.0", within=_INTO_ONE_OF_ITS_OWN)  # in there alone
    into = f"nsenter --target {server.pid} --net"
    for command in (
        f"ip link add box0 type veth peer name eth0 netns {server.pid}",
        f"ip addr add {_HERE}/24 dev box0",
        "ip link set box0 up",
        f"{into} ip addr add {_THERE}/24 dev eth0",
        f"{into} ip link set eth0 up",
    ):
        done = stage.run(*command.split())
        if done.returncode:
            raise StartError(done.stderr.strip())
    return Scene(target=f"127.0.0.1:{server.port}", words={"port": server.port, "pid": server.pid, "address": _THERE})


def _look(stage: Stage, scene: Scene) -> Look:
    """The learner says where the page is, and it is there."""
    seen = stage.ask("127.0.0.1", int(scene.words["port"]))
    told = re.fullmatch(r"(?:http://)?(\d+\.\d+\.\d+\.\d+):(\d{1,5})/?", stage.answer)
    if not stage.answer:
        return Look(solved=False, word=seen.word)
    if told is None or int(told[2]) not in range(1, 65536) or told[1] not in (_HERE, _THERE, "127.0.0.1"):
        return Look(solved=False, word=f"{seen.word}; {stage.answer[:60]} is no address of this lab with a port")
    said = stage.ask(told[1], int(told[2]))
    return Look(solved=said.page == "page", word=f"{seen.word}; {stage.answer[:60]} gives {said.word}")


def _solve(stage: Stage, scene: Scene) -> None:
    stage.answer = f"http://{_THERE}:{scene.words['port']}"


LAB = Lab(
    name="other-house",
    title="It listens on all addresses",
    code="other-netns",
    lesson="containers",
    story="""
        The server runs in a small container; its log says "listening on 0.0.0.0:{port}", and its health check in
        there succeeds. {target} is refused all the same. (The lab has a network of its own, and the container one
        in it: ! COMMAND runs outside of the container.)
    """,
    goal="You name the URL at which the page answers from outside of the container (a URL).",
    hints=(
        "0.0.0.0 means all addresses. All addresses of which machine? d asks porttui.",
        (
            "A container has a network of its own, with its own localhost. Look around in it: "
            "! nsenter --target {pid} --net ip -brief address"
        ),
        "The container is at {address}, and a cable leads to it. Say it: a http://{address}:{port}",
    ),
    explanation="""
        A container has interfaces, routes and sockets of its own, and a localhost of its own: the kernel of both is
        one, the network is not. Its 0.0.0.0 means all addresses in there. From outside it has to be asked by the
        address of the container, or a port of the host has to be published, docker run -p 127.0.0.1:8080:80, for
        which the runtime listens outside and passes on.
    """,
    asks=True,
    start=_start,
    look=_look,
    solve=_solve,
    private=True,
    missing=missing_network,
)
