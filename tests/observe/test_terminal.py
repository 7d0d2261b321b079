"""The locale of the terminal, by its name, whatever is installed here and whatever Python made of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from porttui.observe.terminal import is_utf8
from tests.cli.run import environment

TOLD = "from porttui.observe.terminal import environment, is_utf8; print(is_utf8(environment()))"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locale in its variables")
@pytest.mark.parametrize(
    ("variables", "utf8"),
    [
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "C.utf8"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "de_DE"}, False),
        ({"LANG": "C"}, False),
        ({}, False),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C", "LC_CTYPE": "UTF-8"}, True),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "", "LC_CTYPE": "POSIX"}, False),
    ],
)
def test_the_first_variable_that_is_not_empty_counts(variables: dict[str, str], utf8: bool) -> None:
    assert is_utf8(variables) is utf8


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the variables of before cannot be read")
@pytest.mark.parametrize(("variables", "told"), [({"LANG": "C"}, "False"), ({"LC_CTYPE": "C.UTF-8"}, "True")])
def test_what_python_itself_sets_in_the_locale_c_does_not_count(variables: dict[str, str], told: str) -> None:
    changes: dict[str, str | None] = {"LANG": None, "LC_ALL": None, "LC_CTYPE": None, **variables}
    done = subprocess.run([sys.executable, "-c", TOLD], env=environment(**changes), capture_output=True, check=True)
    assert done.stdout.decode().strip() == told
