# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of XML Signature and XAdES that the profile knows, and nothing else."""

from __future__ import annotations

from enum import Enum
from typing import Final

from cryptography.hazmat.primitives import hashes

DS_NS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES_NS: Final = "http://uri.etsi.org/01903/v1.3.2#"
FILTER2_NS: Final = "http://www.w3.org/2002/06/xmldsig-filter2"

DS: Final = f"{{{DS_NS}}}"
XADES: Final = f"{{{XADES_NS}}}"
FILTER2: Final = f"{{{FILTER2_NS}}}"
SIGNATURE: Final = f"{DS}Signature"

EXC_C14N: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED: Final = f"{DS_NS}enveloped-signature"
XPATH_1999: Final = "http://www.w3.org/TR/1999/REC-xpath-19991116"
SIGNED_PROPERTIES_TYPE: Final = "http://uri.etsi.org/01903#SignedProperties"

RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA512: Final = "http://www.w3.org/2001/04/xmlenc#sha512"
SHA384: Final = "http://www.w3.org/2001/04/xmldsig-more#sha384"

DIGESTS: Final[dict[str, str]] = {SHA256: "sha256", SHA384: "sha384", SHA512: "sha512"}
"""URI of a digest → its name in hashlib. SHA-1 and MD5 are absent on purpose."""

RSA_SIGNATURES: Final[dict[str, hashes.HashAlgorithm]] = {
    RSA_SHA256: hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": hashes.SHA384(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": hashes.SHA512(),
}
"""URI of an RSA PKCS#1 v1.5 signature → its digest. HMAC is absent: the key would be public."""


class Shape(Enum):
    """The three ways seen to leave the signature out of the digest; one signature being allowed, they give the same bytes."""

    FILTER2 = "filter2"
    ENVELOPED = "enveloped"
    XPATH = "xpath"
