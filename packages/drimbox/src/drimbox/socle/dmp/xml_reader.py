# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Reading of XML that someone else wrote: bounded, without DOCTYPE, entities or network."""

from __future__ import annotations

from typing import Any

from lxml import etree

from confiance.xml_etranger import parse_xml
from drimbox.socle.dmp.errors import DmpReponseInvalide, TropDeReponses


def parse(data: bytes, max_bytes: int) -> etree._Element:
    """Return the root element.

    Raises:
        TropDeReponses: too large.
        DmpReponseInvalide: not well formed, or with a DOCTYPE.
    """
    if len(data) > max_bytes:
        raise TropDeReponses(f"La réponse du DMP dépasse {max_bytes} octets.")
    try:
        root = parse_xml(data, remarks=False)
    except (etree.LxmlError, ValueError):
        raise DmpReponseInvalide("La réponse du DMP n'est pas du XML bien formé.") from None
    docinfo: Any = root.getroottree().docinfo  # lxml-stubs do not know "doctype"
    if docinfo.doctype:
        raise DmpReponseInvalide("La réponse du DMP contient une DOCTYPE.")
    return root
