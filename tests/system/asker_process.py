"""The process that asker.py keeps: it forks for each request that it reads from its standard input, a socket."""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback
from contextlib import suppress
from typing import Any, NoReturn

_MOST = 1 << 17
"""Bytes of a request."""
_PR_SET_DUMPABLE = 4


def _serve() -> None:
    """Fork for each request until nobody can ask any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for those that have ended
    with socket.socket(fileno=0) as channel:
        while True:
            data, files, *_ = socket.recv_fds(channel, _MOST, 3)
            if not data:
                return
            request = json.loads(data)
            for name in request["import"]:
                with suppress(ImportError):
                    importlib.import_module(name)
            gc.freeze()  # what is never collected is never written to, and stays shared with the forks
            if os.fork() == 0:
                channel.close()
                _answer(request, *files)
            for file in files:
                os.close(file)


def _answer(request: dict[str, Any], reply: int, out: int, err: int) -> NoReturn:
    """Be the process that somebody started in the given namespaces."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told = socket.socket(fileno=reply)
    told.send(_packed({"pid": os.getpid()}))
    before, status = set(sys.modules), 1
    try:
        _enter(request["namespaces"], request["uid"])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.argv = ["porttui", *request["argv"]]
        from porttui.__main__ import main

        status = main()
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else 1
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        imported = [name for name in sys.modules if name not in before]
        told.send(_packed({"status": status, "imported": imported}))
        os._exit(status)


def _enter(namespaces: list[str], uid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    files = [os.open(each, os.O_RDONLY) for each in namespaces]  # all of them first: /proc may be another one then
    for file in files:
        if libc.setns(file, 0) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        os.close(file)
    os.chdir("/")
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        libc.prctl(_PR_SET_DUMPABLE, 1)  # as after an execve(2): one's own /proc is one's own


def _packed(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


if __name__ == "__main__":
    _serve()
