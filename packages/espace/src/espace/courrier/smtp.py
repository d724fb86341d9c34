# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Giving mails to the server: one connection, several mails, and for each the answer of the server.

::

    OwnError
    └── ExpediteurRefuse      the server refuses whatever comes from us: the mails wait
    TransportError
    └── ServeurInjoignable    no connection, no TLS, no login, or the connection was lost: the mails wait

Postfix tells what it thinks of MAIL only at RCPT (``smtpd_delay_reject``): there the status code says whom the refusal is about.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from confiance.exploitation.settings import SettingsError, read_secret
from espace.courrier.errors import ExpediteurRefuse, ServeurInjoignable
from espace.courrier.message import Pli
from espace.courrier.reglages import Courrier as Reglages

_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")
_PERMANENT = 500
_OK = (250, 251)
_AUTHENTICATION_REQUIRED = 530  # RFC 4954 §6
_ABOUT_SENDER = frozenset({"1.7", "1.8"})  # RFC 3463 §3.2: the address of the sender, or its domain


@dataclass(frozen=True, slots=True)
class Reponse:
    """What the server answered for one mail.

    Attributes:
        pris: it said 250: the mail is its own now.
        definitif: it refuses for good; otherwise it may be tried again.
        code: enhanced status code when there is one (RFC 3463), else the three digits. The words of the server are not kept: they may
            quote anything.
    """

    pris: bool
    definitif: bool
    code: str


class Expediteur:
    """One connection to the mail server."""

    def __init__(self, client: smtplib.SMTP) -> None:
        self._client = client

    def give(self, pli: Pli) -> Reponse:
        """Give one mail, and return what the server answered.

        Raises:
            ServeurInjoignable: the connection is lost: nothing is known of this mail.
            ExpediteurRefuse: the server takes nothing from us: the mail is not at fault.
        """
        try:
            return self._transaction(pli)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise ServeurInjoignable from error
        except smtplib.SMTPException as error:
            raise ServeurInjoignable("Le serveur de messagerie a rompu l'échange.") from error

    def _transaction(self, pli: Pli) -> Reponse:
        options = [f"ENVID={pli.marque}", "RET=HDRS"] if self._client.has_extn("dsn") else []
        if not pli.destinataire.isascii() and not self._client.has_extn("smtputf8"):
            return Reponse(pris=False, definitif=True, code="5.6.7")  # RFC 6531 §3.5: this server cannot write to that address
        if not pli.destinataire.isascii():
            options.append("SMTPUTF8")
        notify = ["NOTIFY=FAILURE,DELAY"] if options and options[0].startswith("ENVID") else []
        code, words = self._client.mail(pli.retour, options)
        if code not in _OK:
            raise ExpediteurRefuse
        code, words = self._client.rcpt(pli.destinataire, notify)
        if code in _OK:
            code, words = self._data(pli)
        elif code == _AUTHENTICATION_REQUIRED or _status(code, words).partition(".")[2] in _ABOUT_SENDER:
            raise ExpediteurRefuse
        return Reponse(pris=True, definitif=False, code="") if code in _OK else self._refused(code, words)

    def _data(self, pli: Pli) -> tuple[int, bytes]:
        try:
            return self._client.data(pli.octets)
        except smtplib.SMTPDataError as refused:  # before the message: it is still the answer to this mail
            words = refused.smtp_error
            return refused.smtp_code, words if isinstance(words, bytes) else words.encode()

    def _refused(self, code: int, words: bytes) -> Reponse:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._client.rset()
        return Reponse(pris=False, definitif=code >= _PERMANENT, code=_status(code, words))


def _status(code: int, words: bytes) -> str:
    found = _ENHANCED.search(words or b"")
    return found.group().decode() if found else str(code)


@contextlib.contextmanager
def connected(reglages: Reglages) -> Iterator[Expediteur]:
    """Open a connection to the mail server, encrypted and identified as the settings say.

    Raises:
        ServeurInjoignable: no connection, no TLS, no login.
        SettingsError: the password or the CA cannot be read.
    """
    client = _open(reglages)
    try:
        yield Expediteur(client)
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            client.quit()
        client.close()


def _open(reglages: Reglages) -> smtplib.SMTP:
    client: smtplib.SMTP | None = None
    try:
        client = _reach(reglages)
        if reglages.user is not None and reglages.password is not None:
            client.login(reglages.user, read_secret(reglages.password).reveal())
        client.ehlo_or_helo_if_needed()
    except (smtplib.SMTPException, OSError) as error:
        if client is not None:
            client.close()
        raise ServeurInjoignable(f"Le serveur de messagerie ne peut pas être employé ({type(error).__name__}).") from None
    except SettingsError:
        if client is not None:
            client.close()
        raise
    return client


def _reach(reglages: Reglages) -> smtplib.SMTP:
    if reglages.tls == "tls":
        return smtplib.SMTP_SSL(reglages.host, reglages.port, reglages.helo, timeout=reglages.timeout_seconds, context=_trust(reglages))
    client = smtplib.SMTP(reglages.host, reglages.port, reglages.helo, timeout=reglages.timeout_seconds)
    if reglages.tls == "starttls":
        try:
            client.starttls(context=_trust(reglages))
        except BaseException:
            client.close()
            raise
    return client


def _trust(reglages: Reglages) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(reglages.ca) if reglages.ca else None)
    except OSError as error:
        raise SettingsError(f"L'AC du serveur de messagerie ne peut pas être lue ({type(error).__name__}).") from None
