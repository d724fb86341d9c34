# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The pool of converting processes: a few, started when there is work, each with one object at a time.

A process that crashes, takes too long or is left by its asker is ended, and only its own object is lost: the next one gets a new process.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from confiance.exploitation.logs import get_logger
from drimbox.config import Conversion
from drimbox.source.admission.errors import ConversionImpossible
from drimbox.source.partage.conversion import message
from drimbox.source.partage.conversion.tenues import LimitesTenues, Tenues

log = get_logger("conversion")
Annonce: TypeAlias = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class AtelierLimits:
    """Bounds of the pool.

    Attributes:
        processes: at the same time.
        memory: address space of one process, in bytes.
        content: bytes of one object, before or after.
        seconds: for one object.
        objects: after which a process is renewed, whatever libraries leak.
        held: bytes of whole objects, here, from which no other one is begun.
    """

    processes: int = 2
    memory: int = 3 << 30
    content: int = 512 << 20
    seconds: float = 60.0
    objects: int = 2000
    held: int = 1 << 30


@dataclass
class _Ouvrier:
    process: asyncio.subprocess.Process
    done: int = 0

    @property
    def ended(self) -> bool:
        """Whether its process is gone, as far as is known: its output ends before the system tells how it went."""
        return self.process.returncode is not None or self.process.stdout is None or self.process.stdout.at_eof()


@dataclass
class Atelier:
    """The pool, and what is held of the objects it works on. Close it at the end."""

    limits: AtelierLimits = field(default_factory=AtelierLimits)
    _idle: list[_Ouvrier] = field(default_factory=list)
    _free: asyncio.Semaphore = field(init=False)
    tenues: Tenues = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.limits.processes)
        # two for each process: one is gathered while the other is converted
        self.tenues = Tenues(LimitesTenues(self.limits.held, places=2 * self.limits.processes, seconds=self.limits.seconds))

    @classmethod
    def of(cls, conversion: Conversion) -> Atelier:
        """Make it from the settings."""
        return cls(
            AtelierLimits(
                processes=conversion.processes,
                memory=conversion.memory,
                content=conversion.max_object_bytes,
                seconds=conversion.seconds,
                held=conversion.held_bytes,
            )
        )

    async def transcode(self, part10: bytes, wanted: str, announced: Annonce | None = None) -> bytes:
        """Return the data set of an object in another syntax.

        Args:
            part10: the object.
            wanted: one of :func:`.rules.producible`.
            announced: told how many bytes come back, before they do.

        Raises:
            ConversionImpossible: its pixels cannot be read or written within the limits.
        """
        return (await self._work({"verb": "transcode", "wanted": wanted}, part10, announced))[0]

    async def transcode_to_one_of(self, part10: bytes, wanted: Sequence[str], announced: Annonce | None = None) -> tuple[str, bytes]:
        """Return a syntax and the data set of an object in it: the first one whose codec does not refuse these pixels.

        No other attempt is begun once the time of one object is over.

        Args:
            part10: the object.
            wanted: some of :func:`.rules.producible`, in order of preference.
            announced: told how many bytes come back, before they do.

        Raises:
            ConversionImpossible: its pixels cannot be read, or written in any of them, within the limits.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + self.limits.seconds
        for syntax in wanted[:-1]:
            try:
                return syntax, await self.transcode(part10, syntax, announced)
            except ConversionImpossible:
                if clock() >= end:
                    raise
                log.info("partage:conversion:refused")
        return wanted[-1], await self.transcode(part10, wanted[-1], announced)

    async def frames(self, part10: bytes, numbers: tuple[int, ...], announced: Annonce | None = None) -> list[bytes]:
        """Return frames of an object as they are stored.

        Args:
            part10: the object.
            numbers: of the frames, from 1, each one once.
            announced: told how many bytes come back, before they do.

        Raises:
            ConversionImpossible: there are no pixels, or no such frames.
        """
        return await self._work({"verb": "frames", "numbers": list(numbers)}, part10, announced)

    async def render(self, part10: bytes, number: int, media: str, announced: Annonce | None = None) -> bytes:
        """Return one frame as an image.

        Args:
            part10: the object.
            number: of the frame, from 1.
            media: type of the image.
            announced: told how many bytes come back, before they do.

        Raises:
            ConversionImpossible: there are no pixels, no such frame, or it is too large.
        """
        return (await self._work({"verb": "render", "number": number, "media": media}, part10, announced))[0]

    async def close(self) -> None:
        """End every process."""
        for ouvrier in self._idle:
            await _end(ouvrier)
        self._idle.clear()

    async def _work(self, head: dict[str, Any], part10: bytes, announced: Annonce | None = None) -> list[bytes]:
        if len(part10) > self.limits.content:
            raise ConversionImpossible("L'image est trop grosse pour être convertie.")
        async with self._one() as ouvrier:
            try:
                async with asyncio.timeout(self.limits.seconds):
                    answer, found = await self._exchange(ouvrier, head, part10, announced)
            except (OSError, EOFError, TimeoutError, message.MessageRompu) as error:
                await _end(ouvrier)
                log.warning("partage:conversion:lost", error_type=type(error).__name__, exit_code=ouvrier.process.returncode)
                raise ConversionImpossible from error
        if not answer.get("ok"):
            raise ConversionImpossible
        return found

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[_Ouvrier]:
        """Hold one process; it goes back to the pool unless it ended, is worn, or its answer was not awaited."""
        async with self._free:
            ouvrier = await self._alive() or _Ouvrier(await _start(self.limits.memory))
            try:
                yield ouvrier
            except ConversionImpossible:
                await _end(ouvrier)
                raise
            except BaseException:
                await asyncio.shield(_end(ouvrier))
                raise
            ouvrier.done += 1
            if ouvrier.done >= self.limits.objects:
                await _end(ouvrier)
            else:
                self._idle.append(ouvrier)

    async def _alive(self) -> _Ouvrier | None:
        """Take a process that waits, if there is one; the system may have ended some for their memory."""
        while self._idle:
            ouvrier = self._idle.pop()
            if not ouvrier.ended:
                return ouvrier
            await _end(ouvrier)
            log.warning("partage:conversion:lost", error_type="idle", exit_code=ouvrier.process.returncode)
        return None

    async def _exchange(
        self, ouvrier: _Ouvrier, head: dict[str, Any], part10: bytes, announced: Annonce | None
    ) -> tuple[dict[str, Any], list[bytes]]:
        source, target = ouvrier.process.stdout, ouvrier.process.stdin
        assert source is not None
        assert target is not None
        target.write(message.encode(head, len(part10)))
        target.write(part10)
        await target.drain()
        answer = message.read_head(await source.readexactly(message.head_length(await source.readexactly(message.HEAD.size))))
        length = message.content_length(await source.readexactly(message.CONTENT.size), self.limits.content)
        if announced is not None:
            announced(length)
        return answer, [await source.readexactly(one) for one in message.lengths(answer, length)]


async def _start(memory: int) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-B", "-m", "drimbox.source.partage.conversion.processus", str(memory)),
        stdin=pipe,
        stdout=pipe,
        stderr=asyncio.subprocess.DEVNULL,  # a codec that complains may quote what it reads
        env={"PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1"},
        limit=1 << 20,
    )


async def _end(ouvrier: _Ouvrier) -> None:
    if ouvrier.process.returncode is None:
        ouvrier.process.kill()
    if ouvrier.process.stdin is not None:
        ouvrier.process.stdin.close()
    await ouvrier.process.wait()
