# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""XDM archives on disk: the pointers in force of this DRIMbox written month by month, an archive read from its folder or its zip."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from drimbox.config import DrimboxSettings
from drimbox.socle.dmp.errors import XdmIllisible
from drimbox.socle.dmp.model import LimitesDmp
from drimbox.socle.dmp.xdm import LotXdm, read_deposit, write_archive
from drimbox.socle.personnes import Identifiant
from drimbox.source.compte_rendu.errors import CompteRenduIllisible
from drimbox.source.depot_dmp import archive_ecrite
from drimbox.source.depot_dmp.models import Envoi
from drimbox.source.depot_dmp.preparation import requete_of
from drimbox.source.depot_dmp.queries import deposits_to_hand_over
from drimbox.source.pointeur.rapport import read_rapport
from drimbox.source.reception.corps import body_of
from drimbox.source.reception.errors import CorpsEfface, MessageRefuse

Progress = Callable[[], None]
MAX_FILES = 400_000
MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_BYTES = 2 * 1024 * 1024 * 1024
"""Bytes of a whole archive, which is read at once."""
MAX_RATIO = 200
"""How many times a file of a zip may be larger than what it takes there: XML shrinks twenty times, bombs a thousand."""


def export(folder: Path, settings: DrimboxSettings, progress: Progress) -> list[Path]:
    """Write one archive per month of creation, as a folder and as a zip beside it; return the zips.

    Args:
        folder: where; made when absent.
        settings: of this DRIMbox.
        progress: called after each pointer.

    Raises:
        DepotIncomplet: a deposit is not kept here.
    """
    written = []
    for month, deposits in groupby(deposits_to_hand_over(), key=lambda envoi: f"KA{envoi.kos.created_at:%Y%m}"):
        lots = []
        for envoi in deposits:
            lots.append(_lot(envoi))
            progress()
        written.append(_write(folder, month, lots, settings))
    return written


def read(path: Path) -> Mapping[str, bytes]:
    """Read an archive: a folder, or a zip.

    Raises:
        XdmIllisible: neither, or larger than what an archive may be.
    """
    try:
        return _read_folder(path) if path.is_dir() else _read_zip(path)
    # zipfile also raises RuntimeError (a member under a password) and NotImplementedError (another compression)
    except (OSError, zipfile.BadZipFile, RuntimeError, zlib.error, NotImplementedError):
        raise XdmIllisible("Ce n'est ni un dossier ni une archive zip lisible.") from None


def _read_folder(path: Path) -> Mapping[str, bytes]:
    listed = list(_listed(path))
    _check_sizes(file.stat().st_size for file in listed)
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in listed}


def _read_zip(path: Path) -> Mapping[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if len(members) > MAX_FILES:
            raise XdmIllisible("L'archive contient trop de fichiers.")
        _check_sizes(info.file_size for info in members)
        if any(info.file_size > MAX_RATIO * max(info.compress_size, 1024) for info in members):
            raise XdmIllisible("Un fichier de l'archive est comprimé au-delà de ce qu'un dépôt peut l'être.")
        # no more than the size announced ever comes out of a member
        return {info.filename: archive.read(info) for info in members}


def _listed(path: Path) -> Iterator[Path]:
    # a hidden folder is what a cut export left: no archive
    visible = (file for file in path.rglob("*") if not any(part.startswith(".") for part in file.relative_to(path).parts))
    for number, file in enumerate(sorted(file for file in visible if file.is_file())):
        if number == MAX_FILES:
            raise XdmIllisible("L'archive contient trop de fichiers.")
        yield file


def _check_sizes(sizes: Iterable[int]) -> None:
    total = 0
    for size in sizes:
        total += size
        if size > MAX_FILE_BYTES:
            raise XdmIllisible("Un fichier de l'archive est trop gros.")
        if total > MAX_BYTES:
            raise XdmIllisible(f"L'archive dépasse {MAX_BYTES // 1024**3} Gio : l'importer par dossiers plus petits.")


def _lot(envoi: Envoi) -> LotXdm:
    return read_deposit(requete_of(envoi), envoi.examen.compte_rendu, _ipp_of(envoi), LimitesDmp())


def _ipp_of(envoi: Envoi) -> Identifiant | None:
    try:
        return read_rapport(body_of(envoi.message or envoi.examen.message)).compte_rendu.patient.ipp
    except (MessageRefuse, CompteRenduIllisible, CorpsEfface):
        return None  # erased with its message: the INS names the patient


def _write(folder: Path, month: str, lots: list[LotXdm], settings: DrimboxSettings) -> Path:
    sender = f"{settings.structure.nom} ({settings.structure.identifiant})"
    software = f"{settings.dmp.lps_name} {settings.dmp.lps_version}"
    return archive_ecrite.write(folder, month, write_archive(month, lots, sender, software, LimitesDmp()))
