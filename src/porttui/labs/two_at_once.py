"""Two faults of one server, the first of which hides the second: the last round of the exam."""

from __future__ import annotations

from typing import NamedTuple

from porttui.labs import two_doors
from porttui.labs.common import answers, served, starts_with
from porttui.labs.lab import Lab


def no_more() -> str:
    """Tell that nothing is missing."""
    return ""


class _Part(NamedTuple):
    """One of the two."""

    name: str
    option: str
    wrong: str
    right: str
    code: str
    lesson: str
    hint: str


_FIRST = (
    _Part("door", "--host", "::1", "127.0.0.1", "ipv6-only-listener", "two-addresses", "at which address it listens"),
    _Part("sleep", "--listen", "no", "yes", "bound-not-listening", "listen", "whether it listens at all"),
    _Part("kind", "--protocol", "udp", "tcp", "udp-only", "port", "which protocol its port is of"),
)
"""No client gets as far as the server."""
_THEN = (
    _Part("name", "--allow", "page.example", "127.0.0.1", "host-not-allowed", "http", "to which host names it answers"),
    _Part("crowd", "--clients", "0", "100", "accept-then-close", "answers", "how many clients it takes"),
    _Part("wait", "--wait", "600", "0", "handler-hangs", "silence", "how long it works on a request"),
)
"""A client gets as far as the server, and no further."""


def _both(first: _Part, then: _Part) -> Lab:
    wrong = (first.option, first.wrong, then.option, then.wrong)
    right = (first.option, first.right, then.option, then.right)
    return Lab(
        name=f"two-{first.name}-{then.name}",
        title="Two at once",
        code=first.code,
        lesson=first.lesson,
        also=((then.code, then.lesson),),
        story="""
            Several people have set this server up, one after the other. {target} does not show the page. When you
            have found the reason and mended it, look again before you celebrate.
        """,
        goal="http://{target} shows the page.",
        hints=(
            "Take one at a time, and look again after each: the second one shows only when the first is gone.",
            f"Look {first.hint}; and then {then.hint}.",
            f"First e {first.option} {first.right} - and then e {then.option} {then.right}",
        ),
        explanation="""
            One fault can hide another: as long as no connection came to the server, nobody could see what it does
            with one. What was found first was right, and not all. So look again after each step, with the same
            question as at first; it is mended when that one works.
        """,
        start=served(*wrong),
        look=answers(),
        solve=starts_with(*right),
        keeps=True,
        missing=two_doors.LAB.missing if first.wrong == "::1" else no_more,
    )


LABS = tuple(_both(first, then) for first in _FIRST for then in _THEN)
