# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Errors of TLS.

::

    PeerError
    └── TlsRefuse
        ├── CertificatAbsent     no certificate was shown
        ├── CertificatEtranger   its issuer is none of our anchors
        ├── CertificatExpire     not valid at this instant
        └── CertificatRevoque    a CRL names it, or names its issuer
    OwnError
    ├── AncresIllisibles         the folder of anchors cannot be read
    ├── CertificatIllisible      our own certificate or key cannot be used
    ├── CrlAbsente               no CRL of an issuer is at hand
    └── CrlPerimee               the CRL at hand does not cover this instant

A missing or old CRL is our fault, not the peer's: it stops the exchange and must ring here.
"""

from __future__ import annotations

from confiance.errors import OwnError, PeerError


class TlsRefuse(PeerError):
    """The certificate of the other side is refused."""

    code = "tls.refuse"
    message = "Le certificat présenté est refusé."
    remede = "Présentez le certificat SERV_SSL IGC-Santé de la DRIMbox."
    clause = "Guide d'intégration, authentification mutuelle entre DRIMbox"


class CertificatAbsent(TlsRefuse):
    """No certificate was shown."""

    code = "tls.certificat_absent"
    message = "Aucun certificat n'a été présenté."


class CertificatEtranger(TlsRefuse):
    """The issuer is not among the anchors."""

    code = "tls.certificat_etranger"
    message = "Le certificat présenté n'a pas été émis par une autorité reconnue."


class CertificatExpire(TlsRefuse):
    """The certificate is not valid at this instant."""

    code = "tls.certificat_expire"
    message = "Le certificat présenté n'est pas valide à cette date."
    remede = "Renouvelez le certificat auprès de l'IGC-Santé."
    clause = "RFC 5280 §6.1.3"


class CertificatRevoque(TlsRefuse):
    """A CRL names the certificate or its issuer."""

    code = "tls.certificat_revoque"
    message = "Le certificat présenté est révoqué."
    remede = "Commandez un nouveau certificat auprès de l'IGC-Santé."
    clause = "RFC 5280 §6.3"


class AncresIllisibles(OwnError):
    """The folder of anchors cannot be used."""

    code = "tls.ancres_illisibles"
    message = "Le dossier des autorités de confiance ne peut pas être lu."
    remede = "Vérifiez le dossier [tls] anchors : racine, AC Organisations et leurs CRL."


class CertificatIllisible(OwnError):
    """Our own certificate or key cannot be used."""

    code = "tls.certificat_illisible"
    message = "Le certificat ou la clé de cette DRIMbox ne peut pas être utilisé."
    remede = "Vérifiez que le certificat et la clé (PEM, 0600) existent et vont ensemble."


class CrlAbsente(OwnError):
    """No CRL of an issuer is at hand."""

    code = "tls.crl_absente"
    message = "La liste de révocation d'une autorité est absente."
    remede = "Déposez la CRL de l'autorité dans le dossier des ancres."
    clause = "RFC 5280 §6.3"


class CrlPerimee(OwnError):
    """The CRL at hand does not cover this instant."""

    code = "tls.crl_perimee"
    message = "La liste de révocation d'une autorité n'est plus à jour."
    remede = "Vérifiez le relevé des CRL de l'IGC-Santé et déposez la CRL du jour."
    clause = "RFC 5280 §6.3"
