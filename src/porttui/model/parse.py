"""What the user typed or pasted -> Asked. Pure: nothing is looked up and nothing is opened."""

from __future__ import annotations

import re

from porttui.model.clean import clean
from porttui.model.place import Place, fail, quoted, read_place, read_port
from porttui.model.plain import read_plain
from porttui.model.printable import printable
from porttui.model.services import service_port
from porttui.model.target import Asked, Question, Target, TargetError

_QUOTES = (
    *(('"', '"'), ("'", "'"), ("`", "`"), ("```", "```"), ("<", ">"), ("(", ")"), ("{", "}")),
    *(("\u201c", "\u201d"), ("\u2018", "\u2019"), ("\u00ab", "\u00bb"), ("\u201e", "\u201c")),
    *(("**", "**"), ("__", "__"), ("_", "_")),
)
"""What is put around an address in a text, also by Markdown."""
_OPENING, _CLOSING = "[\"'`<\u201c\u2018]", "[\"'`>\u201d\u2019]+$"
_ANY_HOST = {Question.CONNECT: "localhost", Question.BIND: "0.0.0.0"}
"""What a port alone means: clients ask localhost, servers listen everywhere."""


def parse(text: str, question: Question | None = None) -> Asked:
    """Read a target, a command line or a pasted error message.

    Args:
        text: what was typed or pasted, of any length and over any number of lines.
        question: the question, when the user chose it; else the words of an error message decide, and without any
            it is `Question.CONNECT`.

    Returns:
        The target, its question, and the part of a paste that decided. Passwords in the text are not kept.

    Raises:
        TargetError: the text names no place; the message is one printable line with an example that works.
    """
    text = clean(text).strip()
    if not text:
        fail("nothing was typed")
    plain = read_plain(text)
    if plain is not None:
        return _asked(text, plain, question or Question.CONNECT)
    word = _unwrap(text)
    problem: TargetError | None = None
    try:
        place = _typed(word)
    except TargetError as error:
        place, problem = None, error
    if place is not None:
        return _asked(text, place, question or Question.CONNECT)
    return _pasted(text, word, question, problem)


def _pasted(text: str, word: str, question: Question | None, problem: TargetError | None) -> Asked:
    # Imported here: a target that was typed plainly needs none of the wordings.
    from porttui.model.pasted import is_bind, read_pasted

    plain = not re.search(r"[\s=('\"]", word) or re.match(r"[\w+.-]+://\S*$", word)
    if problem and plain:
        raise problem
    reading = read_pasted(text) or (read_pasted(word) if word != text else None)
    if reading:
        return _asked(text, reading.place, question or reading.question, reading.fragment)
    if problem:
        raise problem
    if re.search(r"unix://|\.sock\b", text):
        return fail("the text names a socket in the file system, and porttui looks at ports")
    if is_bind(text):
        return fail("the text says that a port is in use, but not which: type the port", "8080")
    if "\n" in text or len(text) > 60:
        return fail("the text names no address and no port: add them")
    return fail(f"{quoted(text)} names no address and no port")


def _asked(text: str, place: Place, question: Question, fragment: str = "") -> Asked:
    target = Target(
        input=printable(text),
        host=place.host if place.host is not None else _ANY_HOST[question],
        port=place.port,
        scheme=place.scheme,
        path=place.path,
    )
    return Asked(target=target, question=question, read_from=fragment)


def _typed(text: str) -> Place | None:
    """Read text that is nothing but a place; None when it has the form of something else.

    Raises:
        TargetError: it has the form of a place, and something in it is wrong.
    """
    words = text.split()
    if len(words) == 1:
        if re.fullmatch(r"\[?(?:E[A-Z]{4,}|ERR_[A-Z_]+|[A-Z]\w+(?:Error|Exception))\]?:?", text):
            fail(f"{quoted(text)} names an error, but no address: paste the whole message, or type the address")
        return read_place(text)
    if len(words) == 2:
        return _two_words(words[0].rstrip(",:") if not words[0].endswith("::") else words[0], words[1].lstrip(":"))
    return None


def _two_words(host: str, port: str) -> Place | None:
    """Read ``::1 62893``, ``localhost, 3000``, ``localhost redis``, ``port 3000``."""
    if not (re.fullmatch(r"[+-]?[0-9]+", port) or service_port(port)) or not host or "/" in host:
        return None
    if host.lower() in ("port", "tcp"):
        return Place(host=None, port=read_port(port))
    from porttui.model.commands import PROGRAMS

    if host.lower() in PROGRAMS:
        return None
    bracketed = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
    read_port(port)
    place = read_place(f"{bracketed}:{port}")
    return place if not port.isdigit() or place.scheme else Place(host=place.host, port=place.port, scheme=None)


def _unwrap(text: str) -> str:
    """Take off quotes, Markdown, bullets, prompts and the punctuation of a sentence; the place itself stays whole."""
    link = re.fullmatch(r"!?\[[^\]\n]*\]\(\s*<?([^\s)>]+)>?(?:\s[^)\n]*)?\)[.,;!?]*", text)
    if link:
        return link[1]
    before = None
    while text != before:
        before = text
        text = re.sub(r"^(?:[-*•>$#]\s+)+", "", text.strip())
        text = re.sub(r"[.,;!?…]+$", "", text)
        for start, end in _QUOTES:
            if len(text) > len(start) + len(end) and text.startswith(start) and text.endswith(end):
                inside = text[len(start) : -len(end)]
                if start not in inside and end not in inside:
                    text = inside
        if text.startswith("/") and not text.startswith("//"):
            break
        if not re.search(_OPENING, text[:-1]):
            text = re.sub(_CLOSING, "", text)
    return text
