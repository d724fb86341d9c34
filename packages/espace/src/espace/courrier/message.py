# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""From a row to the bytes that leave. Pure.

A header is built by the library of Python, that refuses a line break in a value: nothing posted can add a header. The date is that of
the post and the Message-ID never changes, so that a mail sent twice (the server said 250, we died before writing it) is one mail twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from espace.courrier.errors import CourrierMalEcrit

SEPARATOR = "+"


@dataclass(frozen=True, slots=True)
class Pli:
    """A mail ready to leave.

    Attributes:
        destinataire: address of the envelope.
        retour: address of the envelope that hears of what could not be delivered; it bears the mark of this mail.
        marque: mark of the mail, given to the server as ENVID (RFC 3461).
        octets: the message.
    """

    destinataire: str
    retour: str
    marque: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Ecriture:
    """What a row holds of a mail."""

    destinataire: str
    sujet: str
    texte: str
    html: str
    message_id: str
    cree_le: datetime


def build(ecriture: Ecriture, *, expediteur: str, nom: str, agents: str, enveloppe: str) -> Pli:
    """Build the message.

    Args:
        ecriture: the row.
        expediteur: address of From.
        nom: name of From.
        agents: address of Reply-To.
        enveloppe: box that hears of what could not be delivered.

    Raises:
        CourrierMalEcrit: a header holds what a header may not.
    """
    try:
        message = _message(ecriture, expediteur, nom, agents)
        octets = message.as_bytes(policy=SMTP.clone(cte_type="7bit"))
    except (ValueError, IndexError, LookupError, MessageError) as error:  # the e-mail library says a malformed header in all these ways
        raise CourrierMalEcrit("Un en-tête de courrier ne peut pas être écrit.") from error
    marque = token_of(ecriture.message_id)
    return Pli(ecriture.destinataire, return_path(enveloppe, marque), marque, octets)


def token_of(message_id: str) -> str:
    """Return the mark of a mail, from its Message-ID.

    Raises:
        CourrierMalEcrit: not a Message-ID of ours.
    """
    token, at, _domain = message_id.removeprefix("<").partition("@")
    if not at or not token.isalnum():
        raise CourrierMalEcrit("Le Message-ID d'un courrier n'est pas des nôtres.")
    return token


def return_path(enveloppe: str, marque: str) -> str:
    """Return the address of the envelope that bears this mark (RFC 5233): ``retours+<marque>@domaine``."""
    box, _, domain = enveloppe.rpartition("@")
    return f"{box}{SEPARATOR}{marque}@{domain}"


def _message(ecriture: Ecriture, expediteur: str, nom: str, agents: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(nom, addr_spec=expediteur)
    message["To"] = Address(addr_spec=ecriture.destinataire)
    message["Reply-To"] = Address(addr_spec=agents)
    message["Subject"] = ecriture.sujet
    message["Date"] = format_datetime(ecriture.cree_le)
    message["Message-ID"] = ecriture.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: robots must not answer
    message["Content-Language"] = "fr"
    message.set_content(ecriture.texte, cte="quoted-printable")
    message.add_alternative(ecriture.html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"={token_of(ecriture.message_id)}=")  # twice sent, twice the same bytes
    return message
