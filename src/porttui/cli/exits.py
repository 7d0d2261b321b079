"""The one owner of exit codes, of stderr, and of writing to stdout.

stdout is data, stderr is talk, the exit code is a contract.
"""

from __future__ import annotations

import contextlib
import enum
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from porttui.model.facts import Facts
    from porttui.model.report import Report


class Exit(enum.IntEnum):
    """What the exit codes mean."""

    HEALTHY = 0
    FAULT = 1
    USAGE = 2
    UNDETERMINED = 3
    FAILED = 4
    INTERRUPTED = 130


class UsageError(Exception):
    """The command line cannot be understood. `str(error)` is one line with an example."""


class CannotWriteError(Exception):
    """The answer could not be written. `str(error)` says why."""


class CannotSeeError(Exception):
    """What was asked for cannot be looked at here. `str(error)` is one line that says why, and what would show it."""


def of_report(report: Report, *, strict: bool = False) -> Exit:
    """Return the exit code of a report.

    Args:
        report: the answer.
        strict: whether a warning counts as a fault.
    """
    from porttui.model.report import Severity

    if report.facts.failures:
        return Exit.FAILED
    if report.verdict.severity is Severity.UNKNOWN:
        return Exit.UNDETERMINED
    if report.verdict.severity is Severity.FAULT:
        return Exit.FAULT
    told = (report.verdict, *report.also)
    return Exit.FAULT if strict and any(each.severity is not Severity.OK for each in told) else Exit.HEALTHY


def emit(data: str | bytes) -> bool:
    """Write to stdout as UTF-8. A reader that has gone away (``| head``) is no error, and keeps the exit code.

    Returns:
        Whether somebody may have read it: False when the reader has gone away, or stdout was closed before.

    Raises:
        CannotWriteError: a full disk, or worse.
    """
    if sys.stdout is None:  # closed by the caller, as with >&- (https://docs.python.org/3/library/sys.html#sys.stdout)
        return False
    octets = data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(octets)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _drop_stdout()
        return False
    except OSError as error:
        _drop_stdout()
        raise CannotWriteError(error.strerror) from error
    return True


def is_read() -> bool:
    """Tell whether stdout still has a reader, as far as the system tells before something is written (poll(2))."""
    if sys.stdout is None:
        return False
    import select

    if not hasattr(select, "poll"):
        return True
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return not any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))


def _drop_stdout() -> None:
    """Send the rest to nowhere, so that the interpreter's own last flush does not fail."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def talk(line: str) -> None:
    """Write a line to stderr, in ASCII that a terminal shows and obeys nothing of; when nobody reads it, never mind."""
    with contextlib.suppress(OSError, ValueError):
        if sys.stderr is not None:
            from porttui.model.printable import printable

            plain = printable(line, 2000).encode("ascii", "backslashreplace").decode("ascii")
            print(plain, file=sys.stderr, flush=True)


@contextlib.contextmanager
def doing(what: str) -> Iterator[None]:
    """Name what is being done, for the message when it fails: "looking at 127.0.0.1:80"."""
    try:
        yield
    except Exception as error:
        error.add_note(what)
        raise


def guarded(run: Callable[[], int]) -> int:
    """Run a subcommand and return its exit code, whatever happens in it."""
    try:
        return run()
    except UsageError as error:
        talk(f"porttui: {error}")
        return Exit.USAGE
    except CannotSeeError as error:
        talk(f"porttui: {error}")
        return Exit.UNDETERMINED
    except KeyboardInterrupt:
        talk("porttui: interrupted")
        return Exit.INTERRUPTED
    except CannotWriteError as error:
        talk(f"porttui: the answer could not be written: {error}")
        return Exit.FAILED
    except Exception as error:  # noqa: BLE001 - whatever porttui does wrong ends in one line and a file, not in a traceback
        return failed(error)


def failed(error: BaseException) -> Exit:
    """Tell that porttui itself has failed, keep the details in a file, and return the exit code for it."""
    notes = getattr(error, "__notes__", None) or ["working"]
    try:
        import traceback  # only when something has failed

        from porttui.model.failed import details
    except OSError:  # no file can be opened, so no module either
        talk(f"porttui: failed while {notes[0]}: {type(error).__name__}: {error}")
        return Exit.FAILED
    what = "".join(traceback.format_exception_only(error)).splitlines()[0][:300]
    talk(f"porttui: failed while {notes[0]}: {what}")
    keep(details(notes[0], error))
    return Exit.FAILED


def tell_failures(facts: Facts, *, kept: int = 0) -> None:
    """Tell which parts of a look porttui failed at, and keep the details of all but the first `kept` in a file."""
    for each in facts.failures:
        talk(f"porttui: could not look at the {each.what}: {each.reason}")
    if facts.failure_details[kept:]:
        keep("\n\n".join(facts.failure_details[kept:]))


def keep(text: str) -> None:
    """Write the details of a failure to a new file that only this user can read, and say where it is."""
    path = _written(text)
    talk(f"porttui: the details are in {path}" if path else "porttui: the details could not be written to a file")


def _written(text: str) -> str | None:
    """Return the path of the file, or None when that fails too."""
    import platform
    import tempfile
    from pathlib import Path

    from porttui import __version__

    system = f"porttui {__version__}, Python {platform.python_version()}, {platform.platform()}"
    path = ""
    try:
        handle, path = tempfile.mkstemp(prefix="porttui-failure-", suffix=".txt", text=True)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{system}\n{text}\n")
    except OSError:
        if path:
            with contextlib.suppress(OSError):
                Path(path).unlink()
        return None
    return path
