# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A converting process: it reads one piece of work after another on its input and answers on its output.

It holds nothing worth stealing: no settings, no key, no connection, no environment. Codecs are C++ that reads bytes of strangers; what they
may take of the machine is bounded before the first of them is loaded.
"""

from __future__ import annotations

import resource
import sys
from typing import Any, BinaryIO

from drimbox.source.partage.conversion import message


def main() -> None:
    """Work until the input ends. Argument: memory allowed, in bytes."""
    memory = int(sys.argv[1])
    for what, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, memory), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (limit, limit))
    while answer_one(sys.stdin.buffer, sys.stdout.buffer, memory):
        pass


def answer_one(source: BinaryIO, target: BinaryIO, limit: int) -> bool:
    """Read one piece of work, do it and answer; return False at the end of the input."""
    start = source.read(message.HEAD.size)
    if not start:
        return False
    head = message.read_head(source.read(message.head_length(start)))
    data = source.read(message.content_length(source.read(message.CONTENT.size), limit))
    try:
        found = work(head, data)
        answer: dict[str, Any] = {"ok": True, "lengths": [len(one) for one in found]}
    except Exception as error:  # noqa: BLE001 - whatever a codec says of these pixels, the answer is that they cannot be converted
        found, answer = [], {"ok": False, "error": type(error).__name__}
    target.write(message.encode(answer, sum(map(len, found))))
    target.writelines(found)
    target.flush()
    return True


def work(head: dict[str, Any], data: bytes) -> list[bytes]:
    """Do one piece of work."""
    from drimbox.source.partage.conversion import codec  # noqa: PLC0415 - after the limits are set

    if head["verb"] == "transcode":
        return [codec.transcode(data, head["wanted"])]
    if head["verb"] == "frames":
        return codec.frames(data, head["numbers"])
    return [codec.render(data, head["number"], head["media"])]


if __name__ == "__main__":
    main()
