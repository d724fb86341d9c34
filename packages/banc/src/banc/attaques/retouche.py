# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Small cuts in bytes and texts, which fail when there is nothing to cut: a mutation that mutates nothing would test nothing."""

from __future__ import annotations

import re
from typing import AnyStr

FAUX = (
    b"<Domaine><Identifiant>666</Identifiant><db>db1.666.mesimagesmedicales.fr</db><vi></vi><Denomination>Faux</Denomination>"
    b"<DNCertificatOperateur>CN=db1.666.mesimagesmedicales.fr,OU=300000000000666,O=FAUX,ST=Paris (75),C=FR</DNCertificatOperateur>"
    b"<SupportContact>faux@faux.example</SupportContact><DateMAJ>2026-10-01T00:00:00Z</DateMAJ></Domaine>"
)
"""A row nobody signed."""

FAUX_NOM = "db1.666.mesimagesmedicales.fr"
SIGNATURE = re.compile(rb"<ds:Signature .*</ds:Signature>", re.DOTALL)
DS = ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'


def swap(data: AnyStr, old: AnyStr, new: AnyStr) -> AnyStr:
    """Replace the first occurrence of a text that must be there."""
    if old not in data:
        raise ValueError(old)
    return data.replace(old, new, 1)


def rewrite(data: AnyStr, pattern: AnyStr, new: AnyStr) -> AnyStr:
    """Replace the first match of a pattern that must match; the replacement is a template of :func:`re.sub`."""
    changed, times = re.subn(pattern, new, data, count=1, flags=re.DOTALL)
    if not times:
        raise ValueError(pattern)
    return changed


def after_signature(data: bytes, addition: bytes) -> bytes:
    """Insert bytes right after the signature."""
    return swap(data, b"</ds:Signature></ListeBlancheDRIM-M>", b"</ds:Signature>" + addition + b"</ListeBlancheDRIM-M>")


def before_signature(data: bytes, addition: bytes) -> bytes:
    """Insert bytes right before the signature."""
    return swap(data, b"<ds:Signature ", addition + b"<ds:Signature ")


def fake_signature(content: bytes, prefix: str = "ds") -> bytes:
    """Return a second Signature element that carries content."""
    name = f'{prefix}:Signature xmlns:{prefix}="http://www.w3.org/2000/09/xmldsig#"'
    return f"<{name}><{prefix}:Object>".encode() + content + f"</{prefix}:Object></{prefix}:Signature>".encode()
