# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""``drimbox config check``: the files that the settings name are there and hold what they should."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from confiance.errors import DrimmError
from confiance.exploitation.coffre.cles import read as read_trousseau
from confiance.exploitation.settings import read_secret
from drimbox.config import ROLES, Certificate, DrimboxSettings
from drimbox.roles import role_name
from drimbox.socle.annuaire import tetes


def check_files(settings: DrimboxSettings) -> list[str]:
    """Return one French sentence per fault; an empty list when all is well."""
    return [*_secrets(settings), *_certificates(settings), *_folders(settings), *_head_keys(settings)]


def _secrets(settings: DrimboxSettings) -> Iterator[str]:
    names = [role_name(settings.database, process) for process in ROLES]
    for path in (*(settings.database.passwords / name for name in names), settings.pages.secret_key, settings.psc.client_secret):
        try:
            read_secret(path)
        except DrimmError as error:
            yield error.message
    try:
        read_trousseau(settings.cles.trousseau)
    except DrimmError as error:
        yield error.message


def _certificates(settings: DrimboxSettings) -> Iterator[str]:
    named = {
        "tls.server": settings.tls.server,
        "tls.viewer": settings.tls.viewer,
        "dmp.auth": settings.dmp.auth,
        "dmp.sign": settings.dmp.sign,
    }
    for rank, situation in enumerate(settings.dmp.situations):
        named |= {f"dmp.situations[{rank}].auth": situation.auth, f"dmp.situations[{rank}].sign": situation.sign}
    named |= {
        f"reception.ecoutes[{rank}].tls.identite": ecoute.tls.identite
        for rank, ecoute in enumerate(settings.reception.ecoutes)
        if ecoute.tls
    }
    for name, certificate in named.items():
        fault = _certificate_fault(certificate)
        if fault:
            yield f"{name} : {fault}"


def _certificate_fault(certificate: Certificate) -> str | None:
    try:
        leaf = x509.load_pem_x509_certificates(certificate.certificate.read_bytes())[0]
        key = load_pem_private_key(read_secret(certificate.key).reveal().encode(), None)
    except DrimmError as error:
        return error.message
    except (OSError, ValueError, TypeError, IndexError):
        return f"{certificate.certificate} ou sa clé ne peut pas être lu."
    if leaf.public_key() != key.public_key():
        return f"la clé {certificate.key} n'est pas celle du certificat {certificate.certificate}."
    return None


def _folders(settings: DrimboxSettings) -> Iterator[str]:
    clients = [
        (f"reception.ecoutes[{rank}].tls.clients", ecoute.tls.clients)
        for rank, ecoute in enumerate(settings.reception.ecoutes)
        if ecoute.tls
    ]
    for name, path in (("tls.anchors", settings.tls.anchors), ("liste_blanche.anchors", settings.liste_blanche.anchors), *clients):
        if not _holds_a_certificate(path):
            yield f"{name} : {path} ne contient aucun certificat."
    spool = settings.images.spool
    if spool is not None and not spool.is_dir():
        yield f"images.spool : {spool} n'est pas un dossier."


def _holds_a_certificate(folder: Path) -> bool:
    return folder.is_dir() and any(path.suffix in {".pem", ".crt", ".cer"} for path in folder.iterdir())


def _head_keys(settings: DrimboxSettings) -> Iterator[str]:
    try:
        tetes.policy(settings.liste_blanche)
    except DrimmError as error:
        yield f"liste_blanche.tete_cles : {error.message} {error.remede}"
