"""`porttui learn [TOPIC]`: short lessons with this machine's own values in them. Never imports asyncio or textual."""

from __future__ import annotations

from porttui.cli import exits
from porttui.cli.parser import Parser
from porttui.learn.contents import BY_TOPIC, EXAMPLE_TARGET, LESSONS, Lesson
from porttui.model.facts import Facts

SUMMARY = "lessons about ports, with the values of this machine"
_WIDTH = 79
_MORE = (
    "One of them: porttui learn TOPIC. Each builds on those before.",
    "The words of the trade, each in two lines: porttui learn words",
)


def run(argv: list[str]) -> int:
    """Print one lesson, or the list of them."""
    from porttui.render.lines import columns

    args = build_parser().parse_intermixed_args(argv)
    if args.topic is None:
        rows = [(f"{at:>2}", lesson.topic, lesson.title) for at, lesson in enumerate(LESSONS, 1)]
        told = [*columns(rows, _WIDTH, indent=0), "", *_MORE]
        exits.emit("\n".join(told) + "\n")
        return exits.Exit.HEALTHY
    if args.topic.strip().lower() == "words":
        from porttui.learn.glossary import IN_LESSON, TERMS

        more = {term.word: f" In lesson {topic}: {term.meaning}" for topic, own in IN_LESSON.items() for term in own}
        rows_of_words = [(term.word, term.meaning + more.get(term.word, "")) for term in TERMS]
        exits.emit("\n".join(columns(rows_of_words, _WIDTH, indent=0)) + "\n")
        return exits.Exit.HEALTHY
    lesson = _find(args.topic)
    from porttui.labs.registry import labs_of
    from porttui.learn.setting import lesson_rows
    from porttui.render.lines import paragraph

    facts = _look(lesson)
    rows_of_it = lesson_rows(lesson, lesson.page(facts), _WIDTH, room=21)
    practise = ", ".join(lab.name for lab in labs_of(lesson.topic))
    labs = paragraph(f"Practise: porttui lab {practise}", _WIDTH) if practise else []
    exits.emit("\n".join([*rows_of_it, *labs, f"Next: {_next(lesson)}"]) + "\n")
    exits.tell_failures(facts)
    return exits.Exit.FAILED if facts.failures else exits.Exit.HEALTHY


def build_parser() -> Parser:
    """Return the parser of this subcommand."""
    parser = Parser("learn", "Print a short lesson; without a topic, list them all.", "porttui learn localhost")
    parser.add_argument(
        "topic", metavar="TOPIC", nargs="?", help="a topic of the list, its number, a fault's code, or words"
    )
    return parser


def _next(lesson: Lesson) -> str:
    following = LESSONS[(LESSONS.index(lesson) + 1) % len(LESSONS)]
    return f"porttui learn {following.topic}"


def _look(lesson: Lesson) -> Facts:
    """Look as far as the lesson needs: only that of the packet's way takes a connection."""
    from porttui.model.parse import parse
    from porttui.observe import this_platform
    from porttui.observe.observe import observe
    from porttui.observe.small import look_around

    asked = parse(EXAMPLE_TARGET)
    with exits.doing("looking at this machine"):
        if lesson.topic == "way":
            *_, facts = observe(asked)
            return facts
        return look_around(asked, this_platform())


def _find(typed: str) -> Lesson:
    """Return the lesson that was meant: by its topic, its number, or the code of a fault."""
    from porttui.learn.contents import lessons_of

    wanted = typed.strip().lower().replace("_", "-")
    if wanted in BY_TOPIC:
        return BY_TOPIC[wanted]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(LESSONS):
        return LESSONS[int(wanted) - 1]
    if lessons_of(wanted):
        return lessons_of(wanted)[0]
    import difflib

    near = difflib.get_close_matches(wanted, BY_TOPIC, n=2, cutoff=0.5)
    words = [one.topic for one in LESSONS if wanted and wanted in one.title.lower()]
    meant = " or ".join(dict.fromkeys([*near, *words[:2]]))
    hint = f"perhaps {meant}" if meant else "porttui learn lists them"
    raise exits.UsageError(f"there is no lesson {typed[:60]!r}; {hint}. Example: porttui learn localhost")
