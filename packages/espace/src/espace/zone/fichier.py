# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The zone as a master file (RFC 1035 §5), which any DNS server reads. Pure: a view in, lines out."""

from __future__ import annotations

from collections.abc import Iterator

import dns.rdatatype

from espace.zone.vue import ZoneView


def lines(view: ZoneView) -> Iterator[str]:
    """Yield the lines of the master file, each with its end; the SOA first, names in their order.

    Every name is written whole: a line means the same wherever it is copied.
    """
    apex = view.origin.to_text(omit_final_dot=True)
    yield f"$ORIGIN {apex}.\n$TTL {view.ttl}\n"
    for owner, records in sorted(view.fixed.items(), key=lambda one: (one[0] != apex, one[0])):
        for kind, found in records.items():
            yield from (f"{owner}. {view.ttl} IN {dns.rdatatype.to_text(kind)} {data.to_text()}\n" for data in found)
    for name, target in sorted(view.cnames.items()):
        if target is not None:
            yield f"{name}. {view.ttl} IN CNAME {target}.\n"
