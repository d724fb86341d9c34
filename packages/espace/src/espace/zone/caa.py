# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Who may issue a certificate for a name: its CAA records, found as a CA finds them (RFC 8659 §3), told before one is ordered.

The names of the zone are aliases. A CA that asks the CAA of ``vi1.349.…`` is answered those of the host where it leads; only when there
are none does it climb, and it climbs from the name, never from the host. So an Operateur that restricts its own host restricts the
national name too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import dns.rdata

from espace.zone.resolution import Resolveur, ask

_ISSUE = "issue"


@dataclass(frozen=True, slots=True)
class LigneCaa:
    """One CAA record.

    Attributes:
        trouve_sur: the name asked, whose answer held it.
        porte_par: the name that really holds it: the host where an alias leads, or the same one.
        critique: a CA that does not know its tag must not issue.
        tag: ``issue``, ``issuewild``, ``iodef``…
        valeur: its value.
        phrase: French sentence.
    """

    trouve_sur: str
    porte_par: str
    critique: bool
    tag: str
    valeur: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Constat:
    """What the CAA of a name say.

    Attributes:
        nom: the name.
        cible: host where it leads; the name itself without alias.
        lignes: the records that a CA obeys for this name, those of one place only.
        cible_lignes: the records of the host itself, with its own parents: they hold for certificates in the host's own name.
        autorites: domains of the CAs that may issue; empty means any when ``libre``, none when not.
        libre: any CA may issue.
        phrases: French sentences, for a page.
    """

    nom: str
    cible: str
    lignes: tuple[LigneCaa, ...]
    cible_lignes: tuple[LigneCaa, ...]
    autorites: tuple[str, ...]
    libre: bool
    phrases: tuple[str, ...]


def constat(nom: str, by: Resolveur) -> Constat:
    """Return what a market CA will find for a name.

    Args:
        nom: name in the form of :func:`espace.zone.cibles.canonical_host`.
        by: the resolver; its total time bounds the whole.

    Raises:
        DnsInjoignable, DnsIllisible, NomNonServi: nothing is known, and a CA would not issue either.
    """
    deadline = time.monotonic() + by.total
    chain = ask(nom, "CAA", by, deadline=deadline).chaine
    lignes = _relevant(nom, by, deadline)
    cible_lignes = _relevant(chain[-1], by, deadline) if len(chain) > 1 else lignes
    libre, autorites = _allowed(lignes)
    phrases = _phrases(nom, chain[-1], lignes, cible_lignes, libre=libre, autorites=autorites)
    return Constat(nom, chain[-1], lignes, cible_lignes, autorites, libre, phrases)


def _relevant(nom: str, by: Resolveur, deadline: float) -> tuple[LigneCaa, ...]:
    """Return the first set found from the name up to the top; a single label is not asked, no CA's customer owns it."""
    labels = nom.split(".")
    for start in range(len(labels) - 1):
        asked = ".".join(labels[start:])
        answer = ask(asked, "CAA", by, deadline=deadline)
        if answer.records:
            return tuple(_ligne(asked, answer.chaine[-1], record) for record in answer.records)
    return ()


def _ligne(asked: str, holder: str, record: dns.rdata.Rdata) -> LigneCaa:
    tag, value = record.tag.decode("ascii", "replace").lower(), record.value.decode("utf-8", "replace")[:300]  # type: ignore[attr-defined]  # fields of CAA
    return LigneCaa(asked, holder, bool(record.flags & 0x80), tag, value, _phrase(tag, value))  # type: ignore[attr-defined]  # as above


def _phrase(tag: str, value: str) -> str:
    domain = value.partition(";")[0].strip()
    if tag == _ISSUE:
        return f"L'AC « {domain} » peut émettre." if domain else "Aucune AC ne peut émettre."
    if tag == "issuewild":
        return (
            f"L'AC « {domain} » peut émettre un certificat générique." if domain else "Aucune AC ne peut émettre de certificat générique."
        )
    if tag == "iodef":
        return f"Les demandes refusées sont signalées à {value}."
    return f"Étiquette « {tag} » : elle ne dit rien des AC de ce nom."


def _allowed(lignes: tuple[LigneCaa, ...]) -> tuple[bool, tuple[str, ...]]:
    """RFC 8659 §4.2: without any ``issue`` the set restricts nobody; the wildcard property does not concern our names."""
    issues = [ligne.valeur.partition(";")[0].strip().lower() for ligne in lignes if ligne.tag == _ISSUE]
    return not issues, tuple(sorted({domain for domain in issues if domain}))


def _phrases(
    nom: str, cible: str, lignes: tuple[LigneCaa, ...], cible_lignes: tuple[LigneCaa, ...], *, libre: bool, autorites: tuple[str, ...]
) -> tuple[str, ...]:
    told = [f"{nom} mène à {cible}."] if cible != nom else []
    if libre:
        told.append(f"Toute AC peut émettre un certificat pour {nom} : aucun enregistrement CAA ne la restreint.")
    elif autorites:
        told.append(f"Seules peuvent émettre un certificat pour {nom} : {', '.join(autorites)} (CAA de {_place(lignes[0])}).")
    else:
        told.append(f"Aucune AC ne peut émettre un certificat pour {nom} (CAA de {_place(lignes[0])}).")
    if any(ligne.critique and ligne.tag not in (_ISSUE, "issuewild", "iodef") for ligne in lignes):
        told.append("Une étiquette critique inconnue interdit l'émission aux AC qui ne la connaissent pas.")
    if cible != nom and cible_lignes and cible_lignes != lignes:
        told.append(f"Pour le nom propre de l'hôte {cible}, d'autres CAA valent : {_place(cible_lignes[0])}.")
    return tuple(told)


def _place(ligne: LigneCaa) -> str:
    return ligne.porte_par if ligne.porte_par == ligne.trouve_sur else f"{ligne.porte_par}, où mène {ligne.trouve_sur}"
