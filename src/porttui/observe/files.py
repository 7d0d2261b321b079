"""Small files and folders of the system, by their paths as text: to import pathlib takes longer than to read them."""

from __future__ import annotations

import os


def read(path: str, most: int = -1) -> bytes:
    """Return what a file begins with.

    Args:
        path: of the file.
        most: bytes; all that there are when negative.

    Raises:
        OSError: it cannot be opened or read.
    """
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read(most)


def is_there(path: str) -> bool:
    """Tell whether there is a file or a folder; False as well where that is not told."""
    return os.path.exists(path)  # noqa: PTH110


def is_folder(path: str) -> bool:
    """Tell whether there is a folder; False as well where that is not told."""
    return os.path.isdir(path)  # noqa: PTH112


def names_in(folder: str) -> list[str]:
    """Return the names in a folder, in no order.

    Raises:
        OSError: it cannot be read.
    """
    return os.listdir(folder)  # noqa: PTH208
