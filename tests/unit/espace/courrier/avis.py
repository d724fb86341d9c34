# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Delivery status notifications, as mail servers write them."""

from __future__ import annotations

_DSN = """\
Return-Path: <>
From: MAILER-DAEMON@mx.operateur.test (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limite"

--limite
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.operateur.test.

--limite
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.operateur.test
{envid}Arrival-Date: Sun, 22 Nov 2026 09:30:15 +0000

Final-Recipient: rfc822; support@operateur.test
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--limite
Content-Type: {kind}

Message-ID: {message_id}
Subject: Demande

{body}--limite--
"""


def dsn(
    message_id: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    envid: str = "",
    to: str = "retours@administrateur.test",
    kind: str = "text/rfc822-headers",
) -> bytes:
    """Return a notice about one mail.

    Args:
        message_id: of the mail, in the headers given back; empty for none.
        action: failed, delayed, delivered…
        status: enhanced status code.
        envid: mark given to the server with the mail.
        to: address that receives the notice.
        kind: how the headers are given back: ``text/rfc822-headers`` or ``message/rfc822``.
    """
    line = f"Original-Envelope-Id: {envid}\n" if envid else ""
    text = _DSN.format(to=to, envid=line, action=action, status=status, kind=kind, message_id=message_id or "<autre@x.test>", body="")
    return text.replace("\n", "\r\n").encode()
