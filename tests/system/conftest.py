"""The stage is cleared after the last test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system import people


@pytest.fixture(scope="session", autouse=True)
def _clear() -> Iterator[None]:
    yield
    people.close()
