"""porttui itself has no file descriptor left.

Every open file and every connection of a program is a descriptor, a small number. How many a process may have is
limited (ulimit -n, RLIMIT_NOFILE), often to 1024. A program that has reached its limit can open no file, no socket
and no name look-up any more: each call is answered with "too many open files" (EMFILE), before any packet is sent. The
trouble is then with the client, and says nothing at all about the server.

It comes about when porttui is started by a program that leaks its descriptors to what it starts (an editor's
terminal, a build server that has thousands of files open), or from a shell in which somebody wrote `ulimit -n 10`.
The same happens to any client: a load test with 1024 connections, a crawler that forgets to close its responses. To
ask about such a client, start porttui in its place, under the same limit.

How porttui knows: its own calls were answered with EMFILE, and it counts its own descriptors against its own limit
(/proc/self/fd, getrlimit(2)). As long as that is so, it trusts nothing of what it could not read: a hosts file that
could not be opened is not an empty one.

What looks the same and is not: emfile-queue and emfile-close (the server has none left; its limit shows in
/proc/PID/limits), ephemeral-exhaustion (the machine has no source port left: EADDRNOTAVAIL), nothing-listening and
hosts-localhost-missing (which porttui says only when it could really read the tables).

To fix it, start porttui, or the client that fails, with a higher limit. On Linux and macOS: `ulimit -n 4096` in the
shell, then start it from there; a service gets LimitNOFILE=4096 in its systemd unit, a container
`--ulimit nofile=4096`. Windows has no such limit for sockets. If a leak is the reason, start the program that leaks
again.

To keep it from coming back, let the program close what it opens, count its descriptors from time to time
(`ls /proc/PID/fd | wc -l`), and let it start others with its own descriptors closed (close_fds, O_CLOEXEC).
"""

from __future__ import annotations

from porttui.faults.fault import CannotTell, Fault, Found, Outcome, RuledOut, Stop
from porttui.model.facts import Facts
from porttui.model.report import Confidence, Evidence, Remedy, RemedyStep, Risk, Step
from porttui.reading import evidence, seen, words
from porttui.reading.unseen import all_unseen
from porttui.remedies import service

_SIGNS = ("EMFILE", "Too many open files")
_ENOUGH = 24
"""Descriptors that a look has open at once, with some to spare: its threads, its connections, the modules it loads."""


def check(facts: Facts) -> Outcome:
    """Find it when porttui's own calls failed for want of a descriptor and the target did not answer."""
    talked = not seen.talk_failed(facts) and not any(_is_sign(each.error) for each in seen.exchanges(facts))
    if seen.opened(facts) and talked:
        return RuledOut(because="porttui could open its connection")
    signs = _signs(facts)
    free = _free(facts)
    if not signs:
        if free is not None and free < _ENOUGH and facts.name is not None and facts.name.error is not None:
            return _found(
                facts, (), Confidence.LIKELY
            )  # getaddrinfo(3) calls a file that it cannot open "no such name"
        if facts.attempts is None:
            return CannotTell(because="no connection was tried yet")
        return RuledOut(because="no call of porttui's own failed for want of a descriptor")
    certain = any(each.outcome == "EMFILE" for each in seen.failed(facts)) or (free is not None and free < _ENOUGH)
    return _found(facts, signs, Confidence.CERTAIN if certain else Confidence.LIKELY)


def _found(facts: Facts, signs: tuple[Evidence, ...], confidence: Confidence) -> Found:
    mine = facts.privileges
    known = mine.open_files is not None and mine.open_files_limit is not None
    count = f": {mine.open_files} of {mine.open_files_limit} were open when it began" if known else ""
    probably = "" if confidence is Confidence.CERTAIN else "probably "
    return Found(
        summary=f"porttui itself {probably}has no file descriptor left{count}; nothing is known of the target.",
        gloss="A connection is an open file of its program, and this one may open no more of them.",
        confidence=confidence,
        evidence=(
            *evidence.connects(facts),
            *signs[:4],
            *(
                (Evidence(text=f"descriptors\t{mine.open_files} of {mine.open_files_limit}", source="/proc/self"),)
                * known
            ),
        ),
    )


def _signs(facts: Facts) -> tuple[Evidence, ...]:
    failed = [Evidence(text=f"{each.what}\t{each.reason}", source="unseen") for each in all_unseen(facts)]
    said = [Evidence(text=f"{each.sent}\t{each.error}", source="probe") for each in seen.exchanges(facts)]
    tried = [
        Evidence(text=f"connect\t{each.outcome}\tat once, before any packet", source="connect")
        for each in seen.failed(facts)
        if each.immediate
    ]
    return tuple(each for each in (*tried, *said, *failed) if _is_sign(each.text))


def _is_sign(text: str) -> bool:
    return any(sign in text for sign in _SIGNS)


def _free(facts: Facts) -> int | None:
    mine = facts.privileges
    if mine.open_files is None or mine.open_files_limit is None:
        return None
    return mine.open_files_limit - mine.open_files


def remedies(facts: Facts) -> tuple[Remedy, ...]:
    """Give it more."""
    steps: tuple[RemedyStep, ...] = (
        RemedyStep(text="End the program that started porttui, and start porttui from a new window"),
    )
    if facts.os != "windows":
        steps = (
            RemedyStep(
                text="In the shell from which you start it, raise the limit",
                where=f"a terminal on {words.machine(facts)}",
                argv=("ulimit", "-n", "4096"),
            ),
            RemedyStep(text="Ask again from there", where="there", argv=("porttui", "check", service.proof(facts))),
        )
    return (
        Remedy(
            title="Ask again with more descriptors",
            risk=Risk.SAFE,
            cost="safe",
            proof=service.proof(facts),
            steps=steps,
            note="If ulimit says no, the hard limit is as low: take a new terminal, or raise nofile in limits.conf."
            if facts.os == "linux"
            else "",
        ),
    )


FAULT = Fault(
    code="client-emfile",
    step=Step.PATH,
    stop=Stop.ADDRESS,
    title="porttui itself has no file descriptor left",
    explanation=__doc__,
    check=check,
    remedies=remedies,
    explains=(
        "hosts-localhost-missing",
        "dns-nxdomain",
        "dns-servfail",
        "dns-resolver-dead",
        "subdomain-localhost",
        "nothing-listening",
        "wrong-port",
    ),
)
