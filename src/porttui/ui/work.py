"""Starting what takes time beside the screen: one of each kind at a time, the newest wins."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from textual.dom import DOMNode
from textual.worker import Worker


def work(node: DOMNode, kind: str, make: Callable[[], Coroutine[None, None, None]]) -> None:
    """Start work in place of any of the same kind.

    Args:
        node: the screen to which it belongs; it ends with it.
        kind: "look", "watch", ...
        make: a coroutine function, or a partial of one. A coroutine itself would be left behind, with a warning, when
            the work is replaced before it has begun.
    """
    _: Worker[None] = node.run_worker(make, name=kind, group=kind, exclusive=True, exit_on_error=False)
