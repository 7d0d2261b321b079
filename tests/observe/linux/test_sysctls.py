from __future__ import annotations

from pathlib import Path

from porttui.observe.linux.sysctls import linux_sysctls
from tests.observe.netns import as_both, become, in_namespace, needs_root, sh


@needs_root
@as_both
def test_a_namespace_shows_its_own_settings_to_everyone(uid: int) -> None:
    def work() -> dict[str, str]:
        sh("ip link add lan0.7 type veth peer name lan1")
        sh("sysctl -w net.ipv4.ip_unprivileged_port_start=81", "sysctl -w net.ipv4.tcp_abort_on_overflow=1")
        sh("sysctl -w net.ipv4.conf.lan0/7.route_localnet=1", "sysctl -w net.ipv6.conf.lo.disable_ipv6=1")
        Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40009", "utf-8")
        become(uid)
        return linux_sysctls()

    found = in_namespace(work)
    assert found["net.ipv4.ip_unprivileged_port_start"] == "81"
    assert found["net.ipv4.tcp_abort_on_overflow"] == "1"
    assert found["net.ipv4.ip_local_port_range"] == "40000 40009"
    assert found["net.ipv4.ip_local_reserved_ports"] == ""
    assert found["net.ipv4.conf.lan0/7.route_localnet"] == "1"
    assert found["net.ipv6.conf.lo.disable_ipv6"] == "1"
    assert found["net.ipv6.conf.all.disable_ipv6"] == "0"
    assert found.keys() >= {"net.core.somaxconn", "net.ipv6.bindv6only", "net.ipv4.tcp_syn_retries"}


def test_what_the_kernel_does_not_have_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "net/core").mkdir(parents=True)
    (tmp_path / "net/core/somaxconn").write_text("128\n", "utf-8")
    assert linux_sysctls(tmp_path) == {"net.core.somaxconn": "128"}


def test_a_machine_with_many_interfaces_is_asked_about_some(tmp_path: Path) -> None:
    for name in ("all", "lo", *(f"veth{number}" for number in range(100))):
        folder = tmp_path / "net/ipv4/conf" / name
        folder.mkdir(parents=True)
        (folder / "rp_filter").write_text("1\n", "utf-8")
    found = linux_sysctls(tmp_path)
    assert len(found) == 16
    assert found.keys() >= {"net.ipv4.conf.all.rp_filter", "net.ipv4.conf.lo.rp_filter"}
