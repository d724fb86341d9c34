# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""XML that somebody else wrote: no DTD, no entity, no network, no relaxed limit, and nothing of it kept in memory once it is read.

libxml2 keeps every name (of an element, an attribute, a namespace) that a thread ever met, as long as the thread lives. A sender who
invents names would fill, message after message, the memory of a process that never ends. Each document is therefore parsed in a thread
of its own, and its names go with it.
"""

from __future__ import annotations

import errno
from threading import Thread
from typing import Any

from lxml import etree

_HARDENED: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "collect_ids": False,
}


def parse_xml(data: bytes, *, remarks: bool = True, encoding: str | None = None) -> etree._Element:
    """Return the root element of a document.

    Args:
        data: the document.
        remarks: whether comments and processing instructions are kept, as a signature needs.
        encoding: what it is written in, whatever it declares; None to believe it.

    Raises:
        etree.LxmlError: not well formed, or deeper or larger than libxml2 accepts by default.
        ValueError: nothing but blanks.
        OSError: the machine has no thread left.
    """
    found: list[etree._Element] = []
    failed: list[Exception] = []

    def work() -> None:
        parser = etree.XMLParser(**_HARDENED, remove_comments=not remarks, remove_pis=not remarks, encoding=encoding)
        try:
            found.append(etree.fromstring(data, parser))
        except (etree.LxmlError, ValueError) as error:
            failed.append(error)

    thread = Thread(target=work, name="xml")
    try:
        thread.start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, "no thread can be started") from error
    thread.join()
    if failed:
        raise failed.pop()  # an error that its own traceback holds would keep the document with it
    return found[0]
