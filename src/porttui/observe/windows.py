"""The eyes of porttui on Windows: psutil, netsh and the registry."""

from __future__ import annotations

import os
import re

from porttui.model.facts import (
    FirewallBackend,
    Os,
    Privileges,
    Sockets,
    Unseen,
)
from porttui.model.printable import printable
from porttui.observe.command import Output, run
from porttui.observe.other import Other

EXCLUDED_PORTS = "netsh.ipv4.excludedportrange.tcp"
"""Name under which `Windows.sysctls` gives the reserved ranges: "5357-5357 50000-50059*", * for an administrator's."""
DYNAMIC_PORTS = "netsh.ipv4.dynamicport.tcp"
"""Name under which it gives the range of source ports: "49152-65535"."""
_FIREWALL_KEY = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"


class Windows(Other):
    """Reads with psutil, netsh and reg. See `porttui.observe.platform.Platform`."""

    os: Os = "windows"

    def privileges(self) -> Privileges:
        """Tell who is looking, and whether the token is elevated (IsUserAnAdmin)."""
        return Privileges(user=printable(os.environ.get("USERNAME", "?"), 64), root=_is_elevated())

    def release(self) -> str:
        """Return the version of Windows with its build: "10.0.22631"."""
        import platform

        return platform.version()

    def sysctls(self) -> dict[str, str]:
        """Read the port ranges that Windows has reserved and those that it gives to clients (netsh)."""
        found = {}
        for name, what, shape in (
            (EXCLUDED_PORTS, ("excludedportrange", "protocol=tcp"), excluded_ranges),
            (DYNAMIC_PORTS, ("dynamicport", "tcp"), dynamic_range),
        ):
            output = run("netsh", "interface", "ipv4", "show", *what, what="port ranges")
            if isinstance(output, Output) and output.status == 0:
                found[name] = shape(output.stdout)
        return {name: value for name, value in found.items() if value is not None}

    def sockets(self, port: int) -> Sockets | Unseen:
        """Read the socket tables with their owners (GetExtendedTcpTable), which every user may; pid 4 is the kernel."""
        from porttui.observe.psutil_tables import sockets_by_psutil

        return sockets_by_psutil(port, how_to_see=f"netstat -ano | findstr :{port}" if port else "netstat -ano")

    def firewall(self) -> tuple[FirewallBackend, ...]:
        """Tell whether Windows Defender Firewall is on, by the registry, whose words are in no language."""
        what = "Windows firewall rules"
        how = "Get-NetFirewallRule -PolicyStore ActiveStore -Enabled True"
        output = run("reg", "query", _FIREWALL_KEY, "/s", "/v", "EnableFirewall", what=what, seconds=1.5)
        active = firewall_profiles(output.stdout) if isinstance(output, Output) else {}
        unseen = Unseen(what=what, reason="porttui does not read them", how_to_see=how)
        return (
            FirewallBackend(
                name="windows-firewall",
                installed=True,
                active=any(active.values()) if active else None,
                unseen=None if active and not any(active.values()) else unseen,
            ),
        )


def excluded_ranges(text: str) -> str | None:
    """Read `netsh interface ipv4 show excludedportrange protocol=tcp` in any language.

    Args:
        text: what it printed.

    Returns:
        "5357-5357 50000-50059*": the ranges in their order, a star for those that an administrator reserved; empty
        when there are none, None when this is no such table.
    """
    if not re.search(r"^-{4,}\s+-{4,}\s*$", text, re.MULTILINE):
        return None
    rows = re.findall(r"^\s*(\d{1,5})\s+(\d{1,5})\s*(\*?)\s*$", text, re.MULTILINE)
    return " ".join(f"{start}-{end}{star}" for start, end, star in rows)


def dynamic_range(text: str) -> str | None:
    """Read `netsh interface ipv4 show dynamicport tcp` in any language: a start and a number of ports.

    Returns:
        "49152-65535", or None when the two numbers are not there.
    """
    numbers = [int(number) for number in re.findall(r":\s*(\d{1,5})\s*$", text, re.MULTILINE)]
    return f"{numbers[0]}-{numbers[0] + numbers[1] - 1}" if len(numbers) == 2 else None


def firewall_profiles(text: str) -> dict[str, bool]:
    """Read what `reg query` prints of EnableFirewall under the key of the firewall's policy.

    Returns:
        Whether the firewall is on, by profile: "DomainProfile", "PublicProfile", "StandardProfile" (private networks).
    """
    found: dict[str, bool] = {}
    profile = ""
    for line in text.splitlines():
        if line.startswith("HKEY_"):
            profile = line.strip().rpartition("\\")[2]
        match = re.search(r"\bEnableFirewall\s+REG_DWORD\s+0x([0-9a-fA-F]+)", line)
        if match and profile:
            found[profile] = int(match[1], 16) != 0
    return found


def _is_elevated() -> bool:
    import ctypes

    library = getattr(ctypes, "windll", None)
    return bool(library and library.shell32.IsUserAnAdmin())
