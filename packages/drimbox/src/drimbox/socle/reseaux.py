# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Networks that are let in."""

from __future__ import annotations

from ipaddress import ip_address, ip_network


def is_inside(address: str, networks: tuple[str, ...]) -> bool:
    """Tell whether an IP address belongs to one of these networks; what is no address belongs to none."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in ip_network(network) for network in networks)
