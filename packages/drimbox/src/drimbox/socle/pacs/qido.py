# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""One search over HTTP (QIDO-RS, DICOM PS3.18 §10.6): bytes in, plain values out; bounded in size and time, no redirect followed."""

from __future__ import annotations

import http.client
import json
import re
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from drimbox.config import Pacs, PacsDicomweb
from drimbox.socle.pacs.errors import PacsAbsent, PacsIndisponible, PacsRefuse
from drimbox.socle.pacs.porte_web import context_of, credentials_of

JSON = "application/dicom+json"
PLAIN = {"Accept": JSON, "Accept-Encoding": "identity"}
CHUNK = 64 * 1024
LONGEST = 10
"""A whole answer may last so many times the silence that is allowed."""
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
UNREADABLE = "La réponse DICOMweb du PACS est illisible."
Row = dict[str, Any]


def search(pacs: Pacs, path: str, parameters: list[tuple[str, str]], max_bytes: int) -> list[Row]:
    """Ask one search and return its rows (DICOM JSON model).

    Args:
        pacs: a PACS whose settings have a DICOMweb door.
        path: below the base address, as ``/studies``.
        parameters: of the query.
        max_bytes: largest answer.

    Raises:
        PacsIndisponible: no answer in time.
        PacsRefuse: it answers no, too much, or what is not DICOM JSON.
    """
    door = pacs.dicomweb
    if door is None:
        raise PacsRefuse("Ce PACS n'a pas de porte DICOMweb dans la configuration.")
    try:
        status, data = _exchange(door, f"{path}?{urlencode(parameters)}", pacs.timeout, max_bytes)
    except (OSError, http.client.HTTPException) as error:
        raise PacsIndisponible from error
    if status == http.client.NO_CONTENT or (status == http.client.OK and not data.strip()):
        return []
    _check(status)
    return _rows(data)


def text(row: Row, tag: str) -> str:
    """Return the first value of an attribute as a text; empty when it has none. What no text can hold is shown as unreadable."""
    element = row.get(tag)
    values = element.get("Value") if isinstance(element, dict) else None
    value = values[0] if isinstance(values, list) and values else None
    if isinstance(value, dict):  # PN: its first group
        value = value.get("Alphabetic")
    # JSON may write a NUL, or half a character: neither UTF-8 nor a database takes them
    return "" if value is None else _UNWRITABLE.sub("\ufffd", str(value).strip(" \x00"))


def integer(row: Row, tag: str) -> int | None:
    """Return the first value of an attribute as a number, or None."""
    value = text(row, tag)
    return int(value) if value.lstrip("-+").isdecimal() else None


def _exchange(door: PacsDicomweb, path: str, timeout: float, max_bytes: int) -> tuple[int, bytes]:
    base = urlsplit(door.url)
    connection = _connection(door, base.hostname or "", base.port, timeout)
    try:
        connection.request("GET", base.path.rstrip("/") + path, headers=PLAIN | credentials_of(door))
        answer = connection.getresponse()
        return answer.status, _read(answer, max_bytes, time.monotonic() + LONGEST * timeout)
    finally:
        connection.close()


def _read(answer: http.client.HTTPResponse, max_bytes: int, deadline: float) -> bytes:
    data = bytearray()
    while chunk := answer.read1(CHUNK):
        data += chunk
        if len(data) > max_bytes:
            raise PacsRefuse(f"La réponse DICOMweb du PACS dépasse {max_bytes} octets.")
        if time.monotonic() > deadline:
            raise PacsIndisponible
    return bytes(data)


def _connection(door: PacsDicomweb, host: str, port: int | None, timeout: float) -> http.client.HTTPConnection:
    if door.url.startswith("http://"):
        return http.client.HTTPConnection(host, port, timeout=timeout)
    return http.client.HTTPSConnection(host, port, timeout=timeout, context=context_of(door))


def _check(status: int) -> None:
    if status == http.client.NOT_FOUND:
        raise PacsAbsent
    if status in {http.client.BAD_GATEWAY, http.client.SERVICE_UNAVAILABLE, http.client.GATEWAY_TIMEOUT, http.client.TOO_MANY_REQUESTS}:
        raise PacsIndisponible(f"La porte DICOMweb du PACS ne répond pas pour le moment (HTTP {status}).")
    if status != http.client.OK:
        raise PacsRefuse(f"Le PACS refuse la recherche DICOMweb (HTTP {status}).")


def _rows(data: bytes) -> list[Row]:
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError):
        raise PacsRefuse(UNREADABLE) from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise PacsRefuse(UNREADABLE)
    return rows
