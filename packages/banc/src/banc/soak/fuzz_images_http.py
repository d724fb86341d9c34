# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fuzzing the readers of the images door: paths, Accept in its forms, searches, names, heads of objects, and whole HTTP requests.

The oracle is short: a reader refuses with one of its own refusals, within its time, or what it read keeps its promises (weights between
0 and 1, UIDs that are UIDs, an object that leaves only if the KOS points to it, a multipart answer that reads back to its content).
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from banc.soak.fuzz import Surprise, judge, mutate
from drimbox.conso.rapatriement.multipart import MultipartReader, PartData, PartEnded, read_boundary
from drimbox.socle.kos.model import InstanceKos, KosLu
from drimbox.socle.pacs.identifiants import ObjetIllisible
from drimbox.socle.pacs.ins import ins_of
from drimbox.socle.personnes import OID_INS_NIR_TEST, Identifiant
from drimbox.source.admission.accept import accept_of, read_accept
from drimbox.source.admission.contenu import ExamenOuvert
from drimbox.source.admission.errors import Refus
from drimbox.source.admission.formats import IMAGES, JSON, choose_media, read_frames_accept
from drimbox.source.admission.rules import agree_on_name, names_of, read_kos_uid
from drimbox.source.partage.anonyme import AnonymousRunner
from drimbox.source.partage.entrees import ObjetRecu
from drimbox.source.partage.framing import Framing
from drimbox.source.partage.identite_objet import Controle
from drimbox.source.partage.json_dicom import metadata_of
from drimbox.source.partage.paths import Ressource, is_uid, read_path
from drimbox.source.partage.recherche import Question, read_question, search

MAX_SECONDS: Final = 1.0
DB: Final = "db1.1.mesimagesmedicales.fr"
STUDY, SERIES, SOP, CLASS, EXPLICIT = "1.2.3", "1.2.3.1", "1.2.3.1.1", "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1"
_INS = Identifiant("279035121518989", OID_INS_NIR_TEST)
_TEN: Final = ",".join(
    f'multipart/related; type="application/dicom";transfer-syntax=1.2.840.10008.1.2.4.{n};q=0.{n % 10};boundary=**'
    for n in (50, 70, 80, 91, 100)
)
SEEDS: Final[dict[str, tuple[bytes, ...]]] = {
    "chemin": tuple(
        f"/dicom-web-rs/{tail}".encode()
        for tail in (
            f"studies/{STUDY}/series/{SERIES}/instances/{SOP}/frames/1,2",
            f"studies/{STUDY}/metadata",
            f"studies/{STUDY}/series/{SERIES}/instances/{SOP}/frames/1/rendered",
            f"studies/{STUDY}/series/{SERIES}/instances",
            "studies",
        )
    ),
    "accept": (
        _TEN.encode() + b",",
        b"transfer-syntax=1.2.3;q=0.5;boundary=x",
        b"*/*",
        b'multipart/related; type="image/jls"; q=1',
        b"image/png;q=0.1, image/*",
        b"accept=image/png&accept=application/dicom%2Bjson",
    ),
    "recherche": (
        f"StudyInstanceUID={STUDY}&limit=1&offset=0&includefield=all".encode(),
        b"00100020=1*&PatientName=P?T&StudyDate=2020-2021",
    ),
    "nom": (DB.encode(), DB.encode() + b":443", f"https://{DB}/dicom-web-rs/studies".encode(), b"1.2.840.1"),
}
TOKENS: Final = (
    *(bytes([octet]) for octet in b"/;,=\"'*?.&%-\0\r\n\t \xff\\[]"),
    *(
        b"q=",
        b"q=0",
        b"q=1.0000",
        b"transfer-syntax=",
        b"../",
        b"%2e%2e",
        b"%00",
        b"metadata",
        b"rendered",
        b"frames/",
        b"\xd9\xa0",
        b"9" * 70,
    ),
)


def _examen() -> ExamenOuvert:
    instances = MappingProxyType({SOP: InstanceKos(CLASS, SOP, 1)})
    lu = KosLu("1.2.9", STUDY, _INS, "P^D", "19790328", "F", None, None, "113030", 1, "20210108", "102500", "Crâne", "", "", ())
    return ExamenOuvert(lu, MappingProxyType({SERIES: instances}), _INS)


EXAMEN: Final = _examen()


def _path(data: bytes) -> None:
    found = read_path(data.decode("utf-8", "replace"))
    uids = [uid for uid in (found.study, found.series, found.instance) if uid is not None]
    if not all(map(is_uid, uids)) or any(frame < 1 for frame in found.frames) or re.search("[0-9]", found.template):
        raise Surprise(f"path read as {found.template}")


def _accept(data: bytes) -> None:
    lines = data.decode("latin-1").split("\n")
    for read in (read_accept, read_frames_accept):
        with suppress(Refus):
            if not all(0 <= quality <= 1 for quality in read(lines).qualities.values()):
                raise Surprise("a weight out of its bounds")
    for offered in (JSON, IMAGES):
        with suppress(Refus):
            if choose_media(lines, offered) not in offered:
                raise Surprise("a type that nobody offered")
    with suppress(Refus):
        read_accept(accept_of("\n".join(lines)))
    read_accept(lines)


def _query(data: bytes) -> None:
    question = read_question(parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000))
    for level in ("studies", "series", "instances"):
        rows, all_rows = (list(search(EXAMEN, Ressource(None, level=level), one)) for one in (question, Question({})))
        if len(rows) > len(all_rows):
            raise Surprise("a search found more than there is")


def _name(data: bytes) -> None:
    text = data.decode("latin-1")
    with suppress(Refus):
        read_kos_uid([text])
    with suppress(Refus):
        if agree_on_name(DB, names_of(text, ["autre"]), {DB}) != DB:
            raise Surprise("a whole address of another name than ours")
    if agree_on_name(DB, [text], {DB}) != DB:
        raise Surprise("another name than ours")


def _objet(data: bytes) -> None:
    """Give an object whose head is whatever comes: it may only leave as what the KOS says."""
    objet = ObjetRecu(CLASS, SOP, EXPLICIT, STUDY, SERIES, "IPP1", data, entete_entiere=True, longueur=None, header_instance_uid=SOP)
    admitted = Controle(Ressource(STUDY), EXAMEN).admits(objet)
    if admitted and b"1.2.250.1.213.1.4.8" in data and b"111111111111111" in data and _names_a_stranger(data):
        raise Surprise("an object that bears the INS of another patient leaves")
    metadata_of(data, EXPLICIT, f"https://{DB}/x")


def _names_a_stranger(data: bytes) -> bool:
    return any(value != _INS.value for value in ins_of(data, EXPLICIT))


def _multipart(data: bytes) -> None:
    """Frame contents as the door does, and read them back as the other side does."""
    framing, contents = Framing(EXPLICIT), data.split(b"\0")[:20]
    stream = b"".join(framing.opening(i, EXPLICIT, len(c) if i % 2 else None) + c for i, c in enumerate(contents)) + framing.closing()
    reader, found, current = MultipartReader(read_boundary(framing.content_type)), [], bytearray()
    for event in reader.feed(stream):
        if isinstance(event, PartData):
            current += event.data
        elif isinstance(event, PartEnded):
            found.append(bytes(current))
            current.clear()
    if found != contents:
        raise Surprise("an answer that does not read back to its content")


DOORS: Final[dict[str, tuple[Callable[[bytes], None], str]]] = {
    "chemin": (_path, "chemin"),
    "accept": (_accept, "accept"),
    "recherche": (_query, "recherche"),
    "nom": (_name, "nom"),
    "objet": (_objet, "nom"),
    "multipart": (_multipart, "accept"),
}


def check(door: str, data: bytes) -> str:
    """Give bytes to one door; return the code of its refusal, or ``lu``.

    Raises:
        Surprise: it did what it must never do.
    """

    def read() -> str:
        DOORS[door][0](data)
        return "lu"

    return judge(read, (Refus, ObjetIllisible), MAX_SECONDS)


async def http(seconds: float, chance: random.Random) -> Counter[str]:
    """Send broken HTTP to the server that the door uses; whatever comes, it answers the next honest request.

    Raises:
        Surprise: it does not.
    """

    async def handler(request: web.Request) -> web.Response:
        return web.Response(text=str(len(request.path)))

    verdicts: Counter[str] = Counter()
    quiet = logging.getLogger("banc.soak.http")
    quiet.disabled = True  # it would print a traceback for a handler that fails
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = AnonymousRunner(application, logger=quiet, max_field_size=16 * 1024)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    port, honest = listener.getsockname()[1], b"GET /x HTTP/1.1\r\nHost: " + DB.encode() + b"\r\nConnection: close\r\n\r\n"
    seeds = (
        honest,
        b"GET /dicom-web-rs/studies/1 HTTP/1.1\r\nHost: a\r\nAccept: " + _TEN.encode() + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    )
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            verdicts[await _answered(port, mutate(chance, seeds, TOKENS), 0.1)] += 1
            if (await _answered(port, honest, 5.0)) != "200":
                raise Surprise("an honest request was not answered")
    finally:
        await runner.cleanup()
    return verdicts


async def _answered(port: int, data: bytes, seconds: float) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        async with asyncio.timeout(seconds):
            line = await reader.readline()
        return line.split()[1].decode("latin-1") if len(line.split()) > 1 else "fermé"
    except (ConnectionError, TimeoutError) as error:
        return type(error).__name__
    finally:
        writer.transport.abort()
