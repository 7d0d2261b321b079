"""Confines itself and becomes another program: ``python -I -S confined.py seccomp connect 13 -- porttui ...``.

    seccomp CALL ERRNO      a filter that answers one system call with an error
    landlock PORT           a sandbox in which TCP may be bound and connected at one port only
    cgroup FOLDER           joins a cgroup (as root)

And for tests, `DeniedBy`: a cgroup with an eBPF program that denies. Uses the standard library alone.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from pathlib import Path
from types import TracebackType

_LIBC = ctypes.CDLL(None, use_errno=True)
_X86 = platform.machine() == "x86_64"
_CALLS = {"connect": 42 if _X86 else 203, "bind": 49 if _X86 else 200}
"""asm/unistd_64.h, and asm-generic/unistd.h for 64-bit Arm."""
_BPF = 321 if _X86 else 280
_ARCHITECTURE = 0xC000003E if _X86 else 0xC00000B7
"""AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64 (linux/audit.h)."""
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_BIND_TCP, _CONNECT_TCP = 1, 2
_NET_PORT = 2
_TREES = (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup"))
_PROGRAMS = {"connect": (18, 10), "connect6": (18, 11), "bind": (18, 8), "egress": (8, 1)}
"""Program type and attach type (linux/bpf.h): CGROUP_SOCK_ADDR or CGROUP_SKB; INET4_CONNECT, INET4_BIND, EGRESS."""


def _checked(result: int, what: str) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), what)
    return result


def filter_call(call: str, errno: int) -> None:
    """Answer a system call with an error from now on (seccomp(2)); programs that are started inherit it."""
    load, equal, answer = 0x20, 0x15, 0x06
    program = b"".join(
        struct.pack("=HBBI", *each)
        for each in (
            (load, 0, 0, 4),
            (equal, 0, 3, _ARCHITECTURE),
            (load, 0, 0, 0),
            (equal, 0, 1, _CALLS[call]),
            (answer, 0, 0, 0x00050000 | errno),  # SECCOMP_RET_ERRNO
            (answer, 0, 0, 0x7FFF0000),  # SECCOMP_RET_ALLOW
        )
    )
    lines = ctypes.create_string_buffer(program)
    described = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(lines)))
    _checked(_LIBC.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")
    _checked(_LIBC.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(described), 0, 0), "PR_SET_SECCOMP")


def allow_only(port: int) -> None:
    """Allow TCP at one port only from now on (landlock(7), rules for TCP since Linux 6.7)."""
    handled = ctypes.create_string_buffer(struct.pack("=QQ", 0, _BIND_TCP | _CONNECT_TCP))
    ruleset = _checked(_LIBC.syscall(_LANDLOCK_CREATE, handled, 16, 0), "landlock_create_ruleset")
    rule = ctypes.create_string_buffer(struct.pack("=QQ", _BIND_TCP | _CONNECT_TCP, port))
    _checked(_LIBC.syscall(_LANDLOCK_ADD, ruleset, _NET_PORT, rule, 0), "landlock_add_rule")
    _checked(_LIBC.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS")
    _checked(_LIBC.syscall(_LANDLOCK_RESTRICT, ruleset, 0), "landlock_restrict_self")


class DeniedBy:
    """A cgroup of version 2 with an eBPF program that denies: "connect", "bind" or "egress". For root."""

    def __init__(self, what: str) -> None:
        """Choose what is denied."""
        self._what = what
        self.folder = Path()

    def __enter__(self) -> DeniedBy:
        """Make the cgroup and attach the program.

        Raises:
            OSError: this machine or this user cannot.
        """
        tree = next(each for each in _TREES if (each / "cgroup.procs").exists())
        self.folder = tree / f"porttui-test-{os.getpid()}-{self._what}"
        self.folder.mkdir()
        try:
            self._attach(*_PROGRAMS[self._what])
        except OSError:
            self.folder.rmdir()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the cgroup, and the program with it."""
        self.folder.rmdir()

    def _attach(self, kind: int, place: int) -> None:
        deny = struct.pack("=BBhi", 0xB7, 0, 0, 0) + struct.pack("=BBhi", 0x95, 0, 0, 0)  # r0 = 0; exit
        lines, licence = ctypes.create_string_buffer(deny), ctypes.create_string_buffer(b"GPL")
        load = struct.pack(
            "=IIQQIIQII16xII", kind, 2, ctypes.addressof(lines), ctypes.addressof(licence), 0, 0, 0, 0, 0, 0, place
        )
        program = self._bpf(5, load)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            self._bpf(8, struct.pack("=IIII", folder, program, place, 0))
        finally:
            os.close(folder)
            os.close(program)

    def _bpf(self, command: int, attributes: bytes) -> int:
        given = ctypes.create_string_buffer(attributes, 128)
        return _checked(_LIBC.syscall(_BPF, command, given, 128), "bpf")

    @property
    def around(self) -> tuple[str, ...]:
        """The words in front of a command that is to run in the cgroup."""
        return (sys.executable, "-I", "-S", __file__, "cgroup", str(self.folder), "--")


def through(*how: str) -> tuple[str, ...]:
    """Return the words in front of a command that is to run confined: ``through("seccomp", "connect", "13")``."""
    return (sys.executable, "-I", "-S", __file__, *how, "--")


def main() -> None:
    """Confine this process, and become the command behind "--"."""
    words = sys.argv[1:]
    how, command = words[: words.index("--")], words[words.index("--") + 1 :]
    if how[0] == "seccomp":
        filter_call(how[1], int(how[2]))
    elif how[0] == "landlock":
        allow_only(int(how[1]))
    else:
        (Path(how[1]) / "cgroup.procs").write_text(str(os.getpid()))
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
