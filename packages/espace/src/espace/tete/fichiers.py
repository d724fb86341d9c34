# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The files beside the list: CRLs and proofs first, the head last, so that a head never names what cannot be had."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from confiance.files import replace_file
from confiance.transparence import TetePolicy, TransparenceRefused, preuves
from confiance.transparence.tete import FILE_NAME
from confiance.transparence.verifier import authenticate
from espace.liste_blanche import queries as listes
from espace.liste_blanche.fichier import NAME
from espace.tete import queries
from espace.tete.composition import content
from espace.tete.crls import Copie
from espace.tete.errors import TeteAnterieure, TeteEcriture
from espace.tete.models import Tete
from espace.tete.noeuds import NoeudsEnBase

KEPT_SIZES = 400
"""Sizes of the log from which a proof is on the disk: a year of daily lists. A reader that was away longer asks the pages."""
_PREPARED = ".tete."


class Dossier:
    """The publication folder, as the head sees it.

    Args:
        folder: publication folder; the list is already there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._noeuds = NoeudsEnBase()  # nodes never change: each is read once for all heads

    def keep(self, crls: Iterable[Copie]) -> None:
        """Put the CRLs of a head being made at their places: it may wait, and those of the anchors may change meanwhile.

        Raises:
            TeteEcriture: full disk, missing rights.
        """
        try:
            for copie in crls:
                self._write(Path("crl") / f"{copie.nommee.sha256}.crl", copie.der)
        except OSError as error:
            raise TeteEcriture from error

    def show(self, tete: Tete, crls: Iterable[Copie]) -> None:
        """Make a published head the one that readers find.

        Args:
            tete: the head.
            crls: those of now; of them only the ones that it names are written, for a folder that lost its own.

        Raises:
            TeteEcriture: full disk, missing rights, or the list is not at its place; what readers find is still whole.
            TeteAnterieure: readers already find a later head than this one.
        """
        try:
            self._check_list()
            self._check_not_later(tete)
            named = {one.sha256 for one in content(tete).crls}
            self.keep(copie for copie in crls if copie.nommee.sha256 in named)
            for name, data in self._proofs(tete):
                self._write(Path(name), data, durable=False)  # a proof lost in a power cut is made again with the next head
            self._write(Path(FILE_NAME), bytes(tete.fichier or b""))
            self._forget(tete)
        except OSError as error:
            raise TeteEcriture from error

    def shows(self, tete: Tete) -> bool:
        """Tell whether the head that readers find is this one."""
        try:
            return (self._folder / FILE_NAME).read_bytes() == bytes(tete.fichier or b"")
        except OSError:
            return False

    def sweep(self) -> None:
        """Remove what a killed process prepared and never installed.

        Raises:
            TeteEcriture: the folder refuses.
        """
        try:
            for forgotten in self._folder.glob(f"**/{_PREPARED}*"):
                forgotten.unlink(missing_ok=True)
        except OSError as error:
            raise TeteEcriture from error

    def _check_list(self) -> None:
        """The list comes first: a head never names one that cannot be had."""
        liste = listes.current()
        if liste is None or hashlib.sha256((self._folder / NAME).read_bytes()).hexdigest() != liste.sha256:
            raise TeteEcriture("La liste en vigueur n'est pas encore dans le dossier de publication ; la tête l'attend.")

    def _check_not_later(self, tete: Tete) -> None:
        """Never put a head over a later one of ours: that is what a restored backup would do."""
        try:
            found = authenticate((self._folder / FILE_NAME).read_bytes(), TetePolicy(content(tete).trousseau)).tete
        except (FileNotFoundError, TransparenceRefused):
            return  # nothing that readers would believe
        if found.numero > tete.numero:
            raise TeteAnterieure

    def _proofs(self, tete: Tete) -> Iterator[tuple[str, bytes]]:
        yield preuves.leaf_name(tete.sequence), queries.feuille(tete.sequence)
        yield preuves.inclusion_name(tete.sequence, tete.taille), queries.preuve_inclusion(tete.sequence, tete.taille, self._noeuds)
        for size in queries.sizes_of_last_heads(KEPT_SIZES):
            if size < tete.taille:
                yield preuves.consistency_name(size, tete.taille), queries.preuve_consistance(size, tete.taille, self._noeuds)
        if tete.remplace:
            yield preuves.rotation_name(tete.remplace), bytes(tete.fichier or b"")

    def _forget(self, tete: Tete) -> None:
        """Remove proofs towards older logs, and CRLs that no reader may need: those of the heads before and after are kept with its own."""
        sizes = {str(size) for size in queries.sizes_of_last_heads(2)} | {str(tete.taille)}
        for kind in ("consistance", "inclusion"):
            for path in (self._folder / "journal" / kind).glob("*-*.json"):
                if path.stem.rpartition("-")[2] not in sizes:
                    path.unlink(missing_ok=True)
        kept = queries.crls_of_last_heads(2)
        for path in (self._folder / "crl").glob("*.crl"):
            if path.stem not in kept:
                path.unlink(missing_ok=True)

    def _write(self, name: Path, data: bytes, *, durable: bool = True) -> None:
        final = self._folder / name
        if final.is_file() and final.read_bytes() == data:
            return
        final.parent.mkdir(parents=True, exist_ok=True)
        replace_file(final, data, prefix=_PREPARED, mode=0o644, durable=durable)
