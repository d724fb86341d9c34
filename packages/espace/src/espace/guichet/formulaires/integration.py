# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Fields of an Intégration (Guide d'intégration §2.1): what the list will say of the Operateur, one DN per certificate. Pure.

The DN is only read as a text here: what is wrong in it is a check kept with the dossier, beside the value that was expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from espace.acteurs.rules import MAX_PACS, check_text
from espace.guichet.formulaires.lecture import Lecture

CHAMPS = frozenset({"denomination", "support_telephone", "support_mail", "certificats", "commentaire"})
MAX_DN = 1000


@dataclass(frozen=True, slots=True)
class CertificatDeclare:
    """The DN of one SERV_SSL certificate, as typed, and the name it is for."""

    db: str
    dn: str


@dataclass(frozen=True, slots=True)
class IntegrationLue:
    """An integration of which every field has its form; only :func:`read` makes one."""

    denomination: str
    support_telephone: str
    support_mail: str
    certificats: tuple[CertificatDeclare, ...]
    commentaire: str


def read(donnees: Mapping[str, Any]) -> IntegrationLue:
    """Read what an Operateur typed.

    Args:
        donnees: ``denomination``, ``support_telephone``, ``support_mail``, ``certificats`` (list of ``db`` and ``dn``), ``commentaire``.

    Raises:
        FormulaireRefuse: with every fault, field by field.
    """
    form = Lecture(donnees)
    lue = IntegrationLue(
        denomination=form.text("denomination", "nom de l'Opérateur"),
        support_telephone=form.telephone("support_telephone"),
        support_mail=form.mail("support_mail", "mail générique du support"),
        certificats=_certificats(form),
        commentaire=form.paragraph(),
    )
    if not lue.support_telephone and not any(one.champ == "support_telephone" for one in form.fautes):
        form.fail("support_telephone", "Il manque : téléphone du support.")
    form.end()
    return lue


def _certificats(form: Lecture) -> tuple[CertificatDeclare, ...]:
    rows = form.items("certificats", "DN de certificat", MAX_PACS)
    found: list[CertificatDeclare] = []
    for place, row in enumerate(rows):
        values = row if isinstance(row, dict) else {}
        db, dn = values.get("db", ""), values.get("dn", "")
        if not isinstance(db, str) or not isinstance(dn, str):
            form.fail(f"certificats.{place}", "Un nom et un DN sont attendus.")
            continue
        name = form.checked(f"certificats.{place}.db", partial(check_text, "nom de la DRIMbox", db, 253), "").lower()
        text = form.checked(f"certificats.{place}.dn", partial(check_text, "DN du certificat", dn, MAX_DN), "")
        if name in [one.db for one in found]:
            form.fail(f"certificats.{place}.db", "Ce nom est donné deux fois.")
        found.append(CertificatDeclare(name, text))
    if not rows:
        form.fail("certificats", "Donnez au moins un DN de certificat.")
    return tuple(found)
