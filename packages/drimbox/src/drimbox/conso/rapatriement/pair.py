# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""TLS towards one source: the handshake itself fails unless the server holds a certificate that the list gives to its name.

The check is made inside the handshake, where no HTTP library can forget it: not one byte of a request, hence no token, is written to a
server that did not pass.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from datetime import datetime

from cryptography import x509

from confiance.distinguished_name import DistinguishedName
from confiance.errors import DrimmError
from drimbox.config import Tls
from drimbox.conso.rapatriement.errors import ServeurNonReconnu
from drimbox.conso.rapatriement.rules import Destination
from drimbox.socle.tls import RevocationChecker, client_context_drimbox


class PairRefuse(ssl.SSLCertVerificationError):
    """Carries our error through the TLS layer.

    Attributes:
        error: why the server is refused.
    """

    def __init__(self, error: DrimmError) -> None:
        super().__init__(1, error.code)
        self.error = error


def context_towards(
    destination: Destination,
    settings: Tls,
    now: Callable[[], datetime],
    *,
    crls: Iterable[x509.CertificateRevocationList] = (),
    verified: Callable[[x509.Certificate], None] | None = None,
) -> ssl.SSLContext:
    """Return the context of connections to a source, and to nobody else.

    Args:
        destination: the source.
        settings: our certificate and our anchors.
        now: clock.
        crls: CRLs fetched, beside those of the folder of anchors.
        verified: told of the certificate of the source, once it is verified.

    Raises:
        CertificatIllisible: our SERV_SSL cannot be used.
        AncresIllisibles: the anchors cannot be read.
    """
    revocation = RevocationChecker(settings.anchors, crls)

    def check(der: bytes | None) -> None:
        try:
            certificate = x509.load_der_x509_certificate(der or b"")
            if DistinguishedName.from_certificate(certificate) not in destination.dns:
                raise ServeurNonReconnu
            revocation.check(certificate, now())
            if verified is not None:
                verified(certificate)
        except DrimmError as error:
            raise PairRefuse(error) from error
        except ValueError:
            raise PairRefuse(ServeurNonReconnu()) from None

    class CheckedConnection(ssl.SSLObject):
        """A connection whose handshake ends with the check of the list."""

        def do_handshake(self) -> None:
            super().do_handshake()
            check(self.getpeercert(binary_form=True))

    context = client_context_drimbox(settings)
    context.sslobject_class = CheckedConnection
    return context
