"""A Python that has porttui's runtime dependencies and nothing else, as after `pip install porttui`.

A development tool beside them changes what is measured: with click, httpx loads a command line. It is made once, in
build/, and made anew when pyproject.toml names other dependencies.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def python() -> str:
    """Return the path of that Python; where it cannot be made, this one, and stderr says so."""
    with (ROOT / "pyproject.toml").open("rb") as project:
        wanted = tomllib.load(project)["project"]["dependencies"]
    name = f"runtime-{sys.version_info.major}.{sys.version_info.minor}-{_key(wanted)}"
    folder = (ROOT if os.access(ROOT, os.W_OK) else Path(tempfile.mkdtemp(prefix="porttui-"))) / "build" / name
    program = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if (folder / "complete").exists():
        return str(program)
    print("installing the runtime dependencies alone, once", file=sys.stderr)
    venv.create(folder, clear=True)
    pip = (sys.executable, "-m", "pip", "--python", str(program), "install", "--quiet", "--disable-pip-version-check")
    done = subprocess.run((*pip, *wanted), check=False, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        print(f"they cannot be installed here ({last}); measured with the development tools beside", file=sys.stderr)
        return sys.executable
    (folder / "complete").touch()
    return str(program)


def environment(program: str) -> dict[str, str]:
    """Return the environment in which that Python finds porttui, compiled, and nothing that only development needs."""
    paths = [ROOT / "src", *([ROOT / "tests/as_installed"] if program == sys.executable else [])]
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    return kept | {"PYTHONPATH": os.pathsep.join(map(str, paths))}


_LEFT_OUT = {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONHOME"}


def dead_port() -> int:
    """Return a port on which nothing listens, and to which nothing is bound; the kernel gives it to others late."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def holds(measured: float, most: float | None) -> str:
    """Return the words for a limit: "at most 6: yes"; nothing where there is none."""
    return f"at most {most:g}: {'yes' if measured <= most else 'NO'}" if most is not None else ""


def _key(wanted: list[str]) -> str:
    return hashlib.sha256("\n".join([sys.prefix, *wanted]).encode()).hexdigest()[:8]
