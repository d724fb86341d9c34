# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What a declaration must hold. Pure: values in, checked values out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret

from confiance.errors import PeerError

if TYPE_CHECKING:  # settings read the rules of mails before Django is there, and choices need its models
    from espace.acteurs.architectures import Architecture

MAX_PACS = 50  # our own limit: the largest mutualised installations hold a few PACS
MAX_RIS = 50  # likewise
MAX_CLIENTS = 200
_CLAUSE = "Guide d'intégration §2.1"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
"""An address that every mail server takes (RFC 5321 §4.1.2, without quotes nor comments)."""
_TELEPHONE = re.compile(r"\+?[0-9][0-9 .()-]{4,28}")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FORBIDDEN_IN_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class DeclarationRefusee(PeerError):
    """A declared value is refused; the message names the field."""

    code = "acteurs.declaration_refusee"
    message = "La déclaration est refusée."
    remede = "Corrigez la déclaration et présentez-la à nouveau."
    clause = _CLAUSE


class SiretRefuse(DeclarationRefusee):
    """Not a SIRET."""

    code = "acteurs.siret_refuse"
    message = "Ce numéro SIRET n'est pas valide."
    remede = "Vérifiez les 14 chiffres du SIRET de l'Opérateur."


class SirenRefuse(DeclarationRefusee):
    """Not a SIREN."""

    code = "acteurs.siren_refuse"
    message = "Ce numéro SIREN n'est pas valide."
    remede = "Vérifiez les 9 chiffres du SIREN du Client."


@dataclass(frozen=True, slots=True)
class OperateurDeclare:
    """An Operateur as declared; checked when built.

    Raises:
        DeclarationRefusee: a field is missing, too long or malformed.
    """

    denomination: str
    siret: str
    support_mail: str
    support_telephone: str = ""
    description: str = ""
    adresse: str = ""
    contact_projet: str = ""
    contact_technique: str = ""

    def __post_init__(self) -> None:
        keep = object.__setattr__
        keep(self, "denomination", check_text("dénomination de l'Opérateur", self.denomination, 255))
        keep(self, "siret", check_siret(self.siret))
        keep(self, "support_mail", check_mail("mail du support", self.support_mail))
        keep(self, "support_telephone", check_telephone(self.support_telephone))
        keep(self, "description", check_paragraph("description", self.description, 2000, required=False))
        keep(self, "adresse", check_text("adresse", self.adresse, 500, required=False))
        keep(self, "contact_projet", check_mail("contact projet", self.contact_projet, required=False))
        keep(self, "contact_technique", check_mail("contact technique", self.contact_technique, required=False))


@dataclass(frozen=True, slots=True)
class ClientDeclare:
    """A Client as declared: its SIREN, and a denomination that stays inside the Registre."""

    siren: str
    denomination: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "siren", check_siren(self.siren))
        object.__setattr__(self, "denomination", check_text("dénomination du Client", self.denomination, 255, required=False))


@dataclass(frozen=True, slots=True)
class CommandeDeclaree:
    """A whole Commande: who operates, for whom, where, how many PACS, and how they are built together (None: not said)."""

    operateur: OperateurDeclare
    clients: tuple[ClientDeclare, ...]
    site: str
    nombre_pacs: int = field(default=1)
    architecture: Architecture | None = None
    nombre_ris: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "site", check_text("libellé du Site", self.site, 255))
        numbers = [client.siren for client in self.clients]
        if not 1 <= len(numbers) <= MAX_CLIENTS or len(set(numbers)) != len(numbers):
            raise DeclarationRefusee(f"Une Commande porte de 1 à {MAX_CLIENTS} SIREN, tous différents.")
        if not 1 <= self.nombre_pacs <= MAX_PACS:
            raise DeclarationRefusee(f"Une Commande porte de 1 à {MAX_PACS} PACS.")
        if self.nombre_ris is not None and not 1 <= self.nombre_ris <= MAX_RIS:
            raise DeclarationRefusee(f"Une Commande relie de 1 à {MAX_RIS} RIS.")


def check_siret(text: str) -> str:
    """Return the 14 digits of a SIRET; La Poste's own key is known.

    Raises:
        SiretRefuse: wrong length, digits or key.
    """
    try:
        return str(siret.validate(text))
    except ValidationError:
        raise SiretRefuse(f"« {text[:30]} » n'est pas un SIRET.") from None


def check_siren(text: str) -> str:
    """Return the 9 digits of a SIREN.

    Raises:
        SirenRefuse: wrong length, digits or key.
    """
    try:
        return str(siren.validate(text))
    except ValidationError:
        # the number is that of a Client: it is shown to nobody but the person who typed it, never quoted in an error that may be logged
        raise SirenRefuse("Un des SIREN déclarés n'en est pas un.") from None


def check_text(name: str, text: str, limit: int, *, required: bool = True) -> str:
    """Return a line of text without surrounding space.

    Raises:
        DeclarationRefusee: empty and required, too long, or holding control characters.
    """
    text = text.strip()
    if required and not text:
        raise DeclarationRefusee(f"Il manque : {name}.")
    if len(text) > limit or _FORBIDDEN.search(text):
        raise DeclarationRefusee(f"Valeur refusée : {name} ({limit} caractères au plus, sur une ligne).")
    return text


def check_paragraph(name: str, text: str, limit: int, *, required: bool = True) -> str:
    """Return several lines of text without surrounding space; they end as on Unix, whatever typed them.

    Raises:
        DeclarationRefusee: empty and required, too long, or holding control characters other than tabs and ends of lines.
    """
    text = text.replace("\r\n", "\n").strip()
    if required and not text:
        raise DeclarationRefusee(f"Il manque : {name}.")
    if len(text) > limit or _FORBIDDEN_IN_LINES.search(text):
        raise DeclarationRefusee(f"Valeur refusée : {name} ({limit} caractères au plus, sans caractère de commande).")
    return text


def check_mail(name: str, text: str, *, required: bool = True) -> str:
    """Return an e-mail address.

    Raises:
        DeclarationRefusee: missing or malformed.
    """
    text = check_text(name, text, 254, required=required)
    if text and not _MAIL.fullmatch(text):
        raise DeclarationRefusee(f"Valeur refusée : {name} n'est pas une adresse électronique.")
    return text


def check_telephone(text: str) -> str:
    """Return a telephone number, or nothing.

    Raises:
        DeclarationRefusee: malformed.
    """
    text = check_text("téléphone du support", text, 30, required=False)
    if text and not _TELEPHONE.fullmatch(text):
        raise DeclarationRefusee("Valeur refusée : téléphone du support.")
    return text
