"""Calls that end before a look: version, help, usage errors. And what is imported for what."""

from __future__ import annotations

import subprocess
import sys

import pytest

from porttui import __version__
from tests.cli.run import environment, porttui, shell


def _modules(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nsys.stderr.write(' '.join(sys.modules))"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=True,
        env=environment(),
        text=True,
    )
    return set(done.stderr.split())


def test_version() -> None:
    done = porttui("--version")
    assert (done.returncode, done.stdout) == (0, f"porttui {__version__}\n".encode())
    assert porttui("--plain", "--version").stdout == done.stdout


def test_version_imports_almost_nothing() -> None:
    seen = _modules("sys.argv = ['porttui', '--version']\nfrom porttui.__main__ import main\nmain()")
    assert {name for name in seen if name.startswith("porttui")} == {"porttui", "porttui.__main__"}
    assert not seen & {"argparse", "msgspec", "textual", "httpx", "psutil", "asyncio"}


@pytest.mark.parametrize(
    "call", ["['check', '1', '--timeout', '1.2']", "['sockets']", "['explain']", "['firewall', '1']"]
)
def test_no_subcommand_imports_textual_or_asyncio(call: str) -> None:
    seen = _modules(f"from porttui.cli.main import main\nmain({call})")
    assert not seen & {"asyncio", "textual", "rich", "click"}


def test_help_names_every_subcommand_and_the_exit_codes() -> None:
    text = porttui("--help").stdout.decode()
    for name in ("check", "firewall", "sockets", "who", "free", "explain", "replay"):
        assert f"  porttui {name} " in text
        sub = porttui(name, "--help")
        assert (sub.returncode, sub.stderr) == (0, b"")
        assert f"usage: porttui {name} " in sub.stdout.decode()
    assert "exit codes: 0 healthy, 1 a fault was found, 2 usage, 3 could not determine," in text


@pytest.mark.parametrize(
    "argv",
    [
        ("check",),
        ("check", "total nonsense !!"),
        ("check", "localhost:99999"),
        ("check", "80", "--timeout", "x"),
        ("check", "80", "--timeout", "-1"),
        ("check", "80", "--timeout", "nan"),
        ("check", "80", "--json", "--markdown"),
        ("check", "80", "--direct", "--proxy"),
        ("check", "80", "--js"),
        ("check", "-"),
        ("free", "0"),
        ("free", "9-8"),
        ("free", "http"),
        ("who",),
        ("explain", "no-such-fault"),
        ("replay", "/nonexistent/report.json"),
        ("replay", "/"),
        ("replay", "-"),
        ("--frobnicate",),
        ("total nonsense !!",),
    ],
)
def test_a_usage_error_is_one_line_with_an_example_and_exit_2(argv: tuple[str, ...]) -> None:
    done = porttui(*argv)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 2
    assert done.stdout == b""
    assert len(lines) == 1
    assert lines[0].startswith("porttui: ")
    assert "xample" in lines[0]


def test_a_mistyped_code_gets_the_code_that_was_meant() -> None:
    assert b"perhaps sigstopped" in porttui("explain", "sigstoped").stderr


def test_the_name_of_an_error_gets_the_codes_that_tell_of_it() -> None:
    done = porttui("explain", "EADDRINUSE")
    assert done.returncode == 2
    assert b"it is told of in port-taken, " in done.stderr
    assert b"Example: porttui explain port-taken\n" in done.stderr


def test_a_usage_error_shows_no_escapes_of_the_input() -> None:
    stderr = porttui("check", "\x1b[2J\x07 nothing").stderr.decode()
    assert all(char == "\n" or char.isprintable() for char in stderr)


def test_explain_lists_all_codes_and_prints_one() -> None:
    codes = [line.split()[0] for line in porttui("explain").stdout.decode().splitlines() if line[:1].islower()]
    assert {"healthy", "nothing-listening", "port-taken"} <= set(codes)
    text = porttui("explain", "nothing_listening").stdout.decode()
    assert "  code      nothing-listening\n" in text
    assert max(map(len, text.splitlines())) <= 80


def test_explain_as_json() -> None:
    import json

    told = json.loads(porttui("explain", "--json").stdout)
    assert isinstance(told, list)
    assert {"code", "title", "step", "severity", "text"} <= set(told[0])
    one = json.loads(porttui("explain", "nothing-listening", "--json").stdout)
    assert one["code"] == "nothing-listening"
    assert [part["name"] for part in one["sections"]] == [
        "what",
        "when",
        "evidence",
        "look-alikes",
        "fix",
        "prevention",
    ]
    assert "fw-reject-reset" in one["see_also"]


def test_explain_markdown_is_the_page_of_the_docs() -> None:
    assert porttui("explain", "--markdown").stdout.startswith(b"# The faults that porttui names\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_break_nothing(closed: str) -> None:
    assert shell(f"$PORTTUI explain nothing-listening {closed}").returncode == 0
    assert shell(f"$PORTTUI check {closed}").returncode == 2


def test_a_reader_that_leaves_is_no_error_and_keeps_the_exit_code() -> None:
    done = shell("$PORTTUI explain --markdown | head -n 1; echo ${PIPESTATUS[0]}")
    assert done.stderr == b""
    assert done.stdout.splitlines()[-1] == b"0"


def test_a_full_disk_is_told_in_one_line() -> None:
    done = shell("$PORTTUI explain > /dev/full")
    assert done.returncode == 4
    assert done.stderr == b"porttui: the answer could not be written: No space left on device\n"
