# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Framing of a multipart/related answer: bytes only, no socket (RFC 2046 §5.1, RFC 2387, DICOM PS3.18 §8.6.1.2)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Framing:
    """The framing of one answer.

    The boundary is ours and random: the one that clients write in Accept (often ``**``) is not a legal boundary, and one fixed in
    advance could be met inside pixel data.

    Attributes:
        transfer_syntax: of the first object; announced on the answer as official samples do.
        media: type of the parts.
        boundary: separator of the parts.
    """

    transfer_syntax: str
    media: str = "application/dicom"
    boundary: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def content_type(self) -> str:
        """Return the Content-Type of the whole answer."""
        start = f'start="{self.content_id(0)}"'
        return f'multipart/related;{start};transfer-syntax={self.transfer_syntax};type="{self.media}"; boundary={self.boundary}'

    def content_id(self, index: int) -> str:
        """Return the Content-ID of the part of that index, counted from 0."""
        return f"<{index}@{self.boundary}>"

    def opening(self, index: int, transfer_syntax: str, length: int | None) -> bytes:
        """Return what precedes the content of a part.

        Args:
            index: rank of the part, from 0.
            transfer_syntax: real syntax of this object.
            length: size in bytes of the Part 10 file that follows, or None: a PACS on DIMSE does not announce it.
        """
        lines = [
            f"--{self.boundary}",
            f"Content-ID: {self.content_id(index)}",
            f"Content-Type: {self.media};transfer-syntax={transfer_syntax}",
            *([] if length is None else [f"Content-Length: {length}"]),
            "",
            "",
        ]
        return ("\r\n" if index else "").encode() + "\r\n".join(lines).encode()

    def closing(self) -> bytes:
        """Return what follows the content of the last part."""
        return f"\r\n--{self.boundary}--\r\n".encode()
