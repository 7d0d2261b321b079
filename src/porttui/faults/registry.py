"""The faults that porttui knows, in the order of the steps. To add one, write its file and add its line here."""

from __future__ import annotations

from porttui.faults import (
    addr_not_available,
    backlog_full,
    bound_not_listening,
    device_bound_listener,
    fw_drop_input,
    fw_drop_output,
    fw_reject_icmp,
    fw_reject_reset,
    healthy,
    http_client_error,
    http_server_error,
    ipv4_only_listener,
    ipv6_only_listener,
    listener_loopback_only,
    listener_other_address,
    not_http,
    nothing_listening,
    other_netns,
    plain_http_to_tls,
    port_taken,
    privileged_port,
    sigstopped,
    stale_address_listener,
    tls_to_plain,
    udp_only,
    undetermined,
    unix_socket_only,
    upstream_dead_502,
    v6only_wildcard,
    wrong_port,
)
from porttui.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    healthy.FAULT,
    undetermined.FAULT,
    # bind
    port_taken.FAULT,
    privileged_port.FAULT,
    addr_not_available.FAULT,
    # listener
    nothing_listening.FAULT,
    listener_other_address.FAULT,
    listener_loopback_only.FAULT,
    stale_address_listener.FAULT,
    ipv6_only_listener.FAULT,
    ipv4_only_listener.FAULT,
    v6only_wildcard.FAULT,
    device_bound_listener.FAULT,
    wrong_port.FAULT,
    bound_not_listening.FAULT,
    udp_only.FAULT,
    unix_socket_only.FAULT,
    other_netns.FAULT,
    # path
    backlog_full.FAULT,
    # probe
    sigstopped.FAULT,
    plain_http_to_tls.FAULT,
    tls_to_plain.FAULT,
    not_http.FAULT,
    http_client_error.FAULT,
    http_server_error.FAULT,
    upstream_dead_502.FAULT,
    # firewall
    fw_reject_reset.FAULT,
    fw_reject_icmp.FAULT,
    fw_drop_input.FAULT,
    fw_drop_output.FAULT,
)

BY_CODE: dict[str, Fault] = {fault.code: fault for fault in FAULTS}
