"""Real servers of web development on the stage: vite, Django, node."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.system.stage import Namespace, Server

_VITE = Path(sys.prefix) / "npm/node_modules/vite/bin/vite.js"
_DJANGO = """
import sys
from django.conf import settings
from django.http import HttpResponse
from django.urls import path
settings.configure(
    SECRET_KEY="staged", ROOT_URLCONF=__name__, MIDDLEWARE=["django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware"], {settings}
)
urlpatterns = [path("", lambda request: HttpResponse("hello"))]
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "runserver", "--noreload", "--nothreading", sys.argv[1]])
"""


def start_vite(stage: Namespace, folder: Path, port: int) -> Server:
    """Start vite's development server with one page; returns when it listens."""
    if not _VITE.exists():
        pytest.skip("vite is not there: scripts/setup system")
    (folder / "index.html").write_text("<h1>shop</h1>")
    options = ("--port", str(port), "--strictPort", "--host", "127.0.0.1")
    return stage.serve(port, "node", str(_VITE), str(folder), *options)


def start_django(stage: Namespace, folder: Path, port: int, settings: str) -> Server:
    """Start Django's development server with more settings, as keyword arguments; returns when it listens."""
    script = folder / "manage.py"
    script.write_text(_DJANGO.replace("{settings}", settings))
    return stage.serve(port, sys.executable, str(script), f"127.0.0.1:{port}")


def start_node(stage: Namespace, port: int, script: str, *arguments: str) -> Server:
    """Start node with a script that listens on the port, its first argument; returns when it listens."""
    return stage.serve(port, "node", "-e", script, str(port), *arguments)
