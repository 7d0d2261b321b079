"""Labs from a folder of one's own: played as it is documented, and told with file and line where they are wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from porttui.labs.own import load
from porttui.labs.play import Play
from porttui.labs.registry import LABS
from tests.cli.run import environment, porttui
from tests.system import people
from tests.system.people import Person

_DOCS = Path(__file__).parents[2] / "docs" / "labs.md"
_EXAMPLE = (
    _DOCS.read_text(encoding="utf-8").partition("a test plays it")[2].partition("```python\n")[2].partition("```")[0]
)
_PROGRAM = """\
import socket, sys
import _shared
server = socket.create_server(("127.0.0.1", 0))
print("ready", server.getsockname()[1], flush=True)
while True:
    client = server.accept()[0]
    client.recv(999)
    client.close()
"""


def test_the_documented_lab_is_listed_and_solved_at_its_prompt(tmp_path: Path) -> None:
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs" / "slow_start.py").write_text(_EXAMPLE)
    state = str(tmp_path / "state")
    told = porttui("lab", "--from", str(tmp_path / "labs"), "--json", XDG_STATE_HOME=state)
    assert [row["name"] for row in json.loads(told.stdout)] == ["slow-start"]
    assert b"are code of whoever wrote them, and are run as you" in told.stderr
    typed = b"e --host 127.0.0.1\n"
    done = porttui("lab", "--from", str(tmp_path / "labs"), "slow-start", stdin=typed, XDG_STATE_HOME=state)
    assert done.returncode == 0, done
    assert re.search(rb"^Since the move +lab 1 of 1$", done.stdout, re.MULTILINE)
    assert b"not yet: refused" in done.stdout
    assert b"wiki/ports" in done.stdout
    assert [path.name for path in (tmp_path / "labs").iterdir()] == ["slow_start.py"]


def test_the_usual_folder_is_read_by_itself_but_nothing_that_others_can_change() -> None:
    """As an ordinary user; root reads nothing that its group may write either, also where the folder was named."""
    nobody = people.become(Person.NOBODY)

    def lab(*words: str, typed: bytes = b"", before: Sequence[str] = nobody) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*before, sys.executable, "-m", "porttui", "lab", *words],
            input=typed,
            capture_output=True,
            check=False,
            env=environment(XDG_CONFIG_HOME=name, XDG_STATE_HOME=name),
        )

    with tempfile.TemporaryDirectory(prefix="porttui-") as name:
        file = Path(name, "porttui", "labs", "slow_start.py")
        file.parent.mkdir(parents=True)
        file.write_text(_EXAMPLE)
        for path in (Path(name), *Path(name).rglob("*")) if nobody else ():
            os.chown(path, Person.NOBODY.value, Person.NOBODY.value)
        done = lab("slow-start", typed=b"e --host 127.0.0.1\n")
        assert done.returncode == 0, done
        last = len(LABS) + 1
        assert re.search(rf"^Since the move +lab {last} of {last}$".encode(), done.stdout, re.MULTILINE)
        assert b"exam" in (listed := lab().stdout)
        assert f"\n{last}  slow-start".encode() in listed
        file.chmod(0o666)
        refused = lab("slow-start")
        assert refused.returncode == 2
        assert b"slow_start.py: everybody may change it. No lab was read" in refused.stderr
        if nobody:
            for owner, mode, words in ((65534, 0o644, ["--list"]), (0, 0o664, ["--from", str(file.parent)])):
                for path in (Path(name), *Path(name).rglob("*")):
                    os.chown(path, owner, owner)
                file.chmod(mode)
                told = lab(*words, before=())
                why = b"its group may change it" if owner == 0 else b"it belongs to uid 65534"
                assert why + b". No lab was read" in told.stderr, told
                assert b"slow-start" not in told.stdout
                assert b"no file in it is a lab" not in told.stderr, "nobody has looked"
            file.chmod(0o644)
            assert b"slow-start" in lab(before=()).stdout


def test_what_is_wrong_is_told_with_file_and_line_and_the_others_stay(tmp_path: Path) -> None:
    wrong = {
        "a_syntax.py": "LAB = 1\nLAB = = 2\n",
        "b_name.py": "from porttui.labs.lab import Lab\n\nLAB = Lab(name=nobody)\n",
        "c_none.py": "X = 1\n",
        "d_leaves.py": "import sys\nsys.exit('no')\n",
        "e_code.py": _EXAMPLE.replace("ipv6-only-listener", "no-such-fault"),
        "f_taken.py": _EXAMPLE.replace('"slow-start"', '"two-doors"'),
        "g_hints.py": re.sub(r"hints=\(.*?\n    \),", 'hints=("one"),', _EXAMPLE, flags=re.DOTALL),
    }
    for name, text in wrong.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "z_right.py").write_text(_EXAMPLE)
    told = porttui("lab", "--from", str(tmp_path))
    assert told.returncode == 0
    assert b"slow-start" in told.stdout
    lines = told.stderr.decode().splitlines()
    for line, begin in zip(lines, wrong, strict=False):
        assert line.startswith(f"porttui: {begin}"), told
    assert "a_syntax.py, line 2: SyntaxError" in lines[0]
    assert "b_name.py, line 3: NameError: name 'nobody' is not defined" in lines[1]
    assert "no-such-fault" in lines[4]
    assert porttui("lab", "--from", str(tmp_path / "nowhere")).returncode == 2


def test_functions_that_fail_do_not_fail_porttui_and_programs_of_ones_own_run(tmp_path: Path) -> None:
    (tmp_path / "_shared.py").write_text("")
    (tmp_path / "_closes.py").write_text(_PROGRAM)
    functions = f"""
from porttui.labs.lab import Look, Scene
def start(stage):
    port = stage.start({str(tmp_path / "_closes.py")!r}).port
    return Scene(target=f"127.0.0.1:{{port}}", words={{"port": port}})
def look(stage, scene):
    if stage.answer == "fail":
        return scene.words["nothing"]
    return Look(solved=False, word=stage.ask("127.0.0.1", scene.words["port"]).word)
"""
    own = _EXAMPLE.replace('served("--host", "::1")', "start").replace("look=answers()", "look=look")
    (tmp_path / "own.py").write_text(functions + own)
    (found,), problems, _ = load(tmp_path)
    assert problems == ()
    play = Play(found, (found,))
    play.begin()
    try:
        assert play.look().word == "connected, then closed without an answer"
        play.stage.answer = "fail"
        assert play.look().word == "own.py, line 8: KeyError: 'nothing'"
    finally:
        play.end()
    (tmp_path / "own.py").write_text(functions + own.replace("{port}? porttui", "{door}? porttui"))
    done = porttui("lab", "--from", str(tmp_path), "1")
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"own.py: a text of it names in braces what the scene has no word for: 'door'" in done.stderr
