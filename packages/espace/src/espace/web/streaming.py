# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""An answer that leaves while it is made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse


class Streamed(StreamingHttpResponse):
    """A synchronous iterator sent a part at a time by ASGI too: Django would gather all of it before the first byte leaves.

    Each part is made in the thread of the request, where its connection to the database is.
    """

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the parts."""
        parts: Iterator[bytes] = iter(self)
        another = sync_to_async(lambda: next(parts, None))
        while (part := await another()) is not None:
            yield part
