# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The témoin: it reads the list and the log again with the reader's code, compares with the last head it signed, then signs.

Its memory is a file of its own: who can write the database cannot make it forget.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from confiance.distinguished_name import DistinguishedName
from confiance.files import replace_file
from confiance.liste_blanche import ListeBlancheRefused, verify
from confiance.transparence import ClePrivee, TransparenceRefused, Trousseau, merkle, sha256_of, sign_payload
from confiance.transparence import Tete as Head
from confiance.transparence.canonical import NotCanonical
from confiance.transparence.feuille import Feuille
from confiance.transparence.reperes import Repere
from espace.config import ListeBlanche
from espace.config import Tete as TeteSettings
from espace.liste_blanche import queries as listes
from espace.liste_blanche import signature
from espace.tete import actions, cles, queries, rules
from espace.tete.composition import REMOVAL_TOLD, announced, content
from espace.tete.crls import copies
from espace.tete.errors import TemoinRefuse, TemoinSansMemoire
from espace.tete.models import Tete
from espace.tete.noeuds import NoeudsEnBase
from espace.tete.recues import has_signed, true_signatures

AUTEUR = "temoin"


class Temoin:
    """Signs heads after the signataire.

    Args:
        settings: the table ``[liste_blanche]``.
        tete: its table ``[liste_blanche.tete]``.
    """

    def __init__(self, settings: ListeBlanche, tete: TeteSettings) -> None:
        self._settings = settings
        self._tete = tete
        self._memoire = Memoire(tete.temoin_etat)

    def turn(self, now: datetime) -> bool:
        """Sign the head that waits, if there is one that our keys have not signed; tell whether there was.

        Raises:
            TemoinRefuse, TemoinSansMemoire: a person must look.
            DrimmError: the keys, the anchors or the memory cannot be read.
        """
        waiting = queries.en_attente()
        if waiting is None:
            return False
        head = self._read(waiting)
        current = queries.current()
        present = content(current).trousseau if current is not None else cles.announced(self._tete)
        sets = (present, head.trousseau)
        signed = true_signatures(bytes(waiting.charge), queries.signatures(waiting), sets)
        keys = [key for key in cles.private(self._tete.temoin, sets) if key.id not in signed]
        if not keys:
            return False
        mine = _repere(waiting, head)
        self._check_memory(keys)
        self._check(head, mine, (present, cles.announced(self._tete)), now)
        self._memoire.keep(mine)  # before the signature leaves: what was signed is never forgotten
        for key in keys:
            actions.cosign(waiting, sign_payload(bytes(waiting.charge), key), auteur=AUTEUR, now=now)
        return True

    def _read(self, tete: Tete) -> Head:
        try:
            head = content(tete)
        except (NotCanonical, TransparenceRefused) as error:
            raise TemoinRefuse("Le témoin refuse de signer : le contenu de la tête est illisible.") from error
        if sha256_of(bytes(tete.charge)) != tete.sha256 or head.numero != tete.numero:
            raise TemoinRefuse("Le témoin refuse de signer : la tête n'est pas celle que la base annonce.")
        return head

    def _check_memory(self, keys: Sequence[ClePrivee]) -> None:
        if self._memoire.last() is None and has_signed(AUTEUR, [key.public for key in keys]):
            raise TemoinSansMemoire

    def _check(self, head: Head, mine: Repere, keys: tuple[Trousseau, ...], now: datetime) -> None:
        seen = self._memoire.last()
        valid = timedelta(hours=self._tete.valid_hours)
        rules.check_as_witness(head, seen, mine, keys=keys, valid=valid, now=now)
        if head.signataires != announced(self._settings, head.this_update):
            raise TemoinRefuse("Le témoin refuse de signer : la tête annonce des signataires que sa configuration ne connaît pas.")
        self._check_list(head, now)
        self._check_word(head)
        _check_log(head, seen)

    def _check_word(self, head: Head) -> None:
        """See that a person confirmed the mass removal it tells, and that it names no CRL that would make readers refuse the true ones."""
        if head.retrait_massif and not listes.mass_removal_since(head.this_update - REMOVAL_TOLD):
            raise TemoinRefuse("Le témoin refuse de signer : la tête dit un retrait massif que personne n'a confirmé.")
        ours = [copie.nommee for copie in copies(self._settings)]
        for named in head.crls:
            mine = [one for one in ours if one.issuer == named.issuer]
            if not any(named.sha256 == one.sha256 or named.next_update <= one.next_update for one in mine):
                raise TemoinRefuse(f"Le témoin refuse de signer : la tête désigne une CRL que son dossier n'a pas ({named.issuer}).")

    def _check_list(self, head: Head, now: datetime) -> None:
        """Read the list again, as any reader that pins our signers."""
        found = listes.of_sequence(head.sequence)
        if found is None:
            raise TemoinRefuse(f"Le témoin refuse de signer : la liste {head.sequence} n'existe pas.")
        signers = frozenset(DistinguishedName.from_certificate(signature.certificate_of(one)) for one in self._settings.signers)
        try:
            liste = verify(found[1], signature.reader_policy(self._settings, signers), at=now)
        except ListeBlancheRefused as error:
            raise TemoinRefuse(f"Le témoin refuse de signer : la liste {head.sequence} n'est pas valable ({error.code}).") from error
        if Feuille.of(liste, head.sequence) != head.feuille or len(found[1]) != head.length:
            raise TemoinRefuse(f"Le témoin refuse de signer : la tête ne dit pas ce que dit la liste {head.sequence}.")


class Memoire:
    """The last head that the témoin signed, in one file replaced at once.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def last(self) -> Repere | None:
        """Return the last head signed, or None when there is no file.

        Raises:
            TemoinSansMemoire: the file cannot be read.
        """
        try:
            source = json.loads(self._path.read_bytes())
            return Repere.read(source["repere"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TemoinSansMemoire from error

    def keep(self, repere: Repere) -> None:
        """Remember a head, down to the disk.

        Raises:
            TemoinSansMemoire: the file cannot be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, json.dumps({"format": 1, "repere": repere.as_json()}).encode())
        except OSError as error:
            raise TemoinSansMemoire from error


def _repere(tete: Tete, head: Head) -> Repere:
    return Repere(head.numero, tete.sha256, head.sequence, head.taille, head.journal, head.previous, head.sha256, head.racine.hex())


def _check_log(head: Head, seen: Repere | None) -> None:
    """See that the list is the last leaf, and that the log only grew since the last head signed."""
    noeuds = NoeudsEnBase(head.taille)
    try:
        merkle.verify_inclusion(head.feuille.hash, head.taille - 1, head.taille, head.inclusion, head.racine)
        if seen is not None and seen.racine is not None:
            path = merkle.consistency_path(noeuds, seen.taille, head.taille)
            merkle.verify_consistency(seen.taille, head.taille, bytes.fromhex(seen.racine), head.racine, path)
        elif merkle.root_of(queries.leaf_hashes(head.taille)) != head.racine:
            raise TemoinRefuse("Le témoin refuse de signer : la racine n'est pas celle des feuilles du Journal des listes.")
    except TransparenceRefused as error:
        raise TemoinRefuse(f"Le témoin refuse de signer : {error.message}") from error


def resume(settings: TeteSettings) -> Repere:
    """Make the head in force the memory of the témoin: a person states that it is the good one.

    Raises:
        TemoinSansMemoire: no head was ever published, or the file cannot be written.
    """
    current = queries.current()
    if current is None:
        raise TemoinSansMemoire("Aucune tête n'est en vigueur : le témoin n'a rien à reprendre.")
    repere = _repere(current, content(current))
    Memoire(settings.temoin_etat).keep(repere)
    return repere
