# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""A QR code drawn in the page itself: no image to fetch, and no address of another scheme that the policy would have to open."""

from __future__ import annotations

import qrcode
from django.utils.html import format_html
from django.utils.safestring import SafeString

_QUIET = 4
"""White modules around the code (ISO/IEC 18004)."""


def qr_svg(text: str) -> SafeString:
    """Return the SVG of a QR code.

    Args:
        text: what it says; at most some hundred characters.
    """
    code = qrcode.QRCode(border=_QUIET, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    side = len(rows)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg class="qr" viewBox="0 0 {} {}" role="img" aria-labelledby="qr-titre"><title id="qr-titre">{}</title>'
        '<rect width="100%" height="100%" fill="#fff"/><path d="{}"/></svg>',
        side,
        side,
        "QR code à lire avec l'application",
        path,
    )
