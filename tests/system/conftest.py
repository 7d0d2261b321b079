"""The stage is cleared after the last test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system import asker, grown, people


@pytest.fixture(scope="session", autouse=True)
def _clear() -> Iterator[None]:
    yield
    asker.close()
    grown.close()
    people.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a temporary folder that other users may read, unlike tmp_path."""
    with tempfile.TemporaryDirectory(prefix="porttui-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
