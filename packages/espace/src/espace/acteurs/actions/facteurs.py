# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Second factors of accounts: a TOTP generator and its spare codes, kept by allauth, their secrets sealed.

An account without one may only take one. Nobody takes its own away: who lost it asks an agent, or the owner of the machine.
"""

from __future__ import annotations

import base64

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.db import transaction

from confiance.exploitation.coffre.scelle import key_id_of
from espace.coffre.fields import coffre
from espace.journal.actions import record

_TABLE = "mfa_authenticator"
_SEALED = frozenset({"secret", "seed", "migrated_codes"})  # what allauth hands to its adapter to be sealed
_ROW = "secret"  # allauth seals a text before its row exists: all share one place, so a sealed text moves only inside this table


def seal(text: str) -> str:
    """Return a secret of a second factor, sealed, as text.

    Raises:
        CoffreAbsent: the settings name no key ring.
    """
    return base64.b64encode(coffre().seal(text.encode(), table=_TABLE, row=_ROW)).decode()


def unseal(text: str) -> str:
    """Return a sealed secret.

    Raises:
        CoffreFerme: changed, or its key is unknown.
    """
    return coffre().open(base64.b64decode(text), table=_TABLE, row=_ROW).decode()


@transaction.atomic
def seal_again() -> int:
    """Seal again under the newest key the secrets that another one sealed; return how many factors changed."""
    changed = 0
    for factor in Authenticator.objects.select_for_update():
        renewed = {name: _renewed(value) if name in _SEALED else value for name, value in factor.data.items()}
        if renewed != factor.data:
            Authenticator.objects.filter(pk=factor.pk).update(data=renewed)
            changed += 1
    return changed


def _renewed(value: str | list[str]) -> str | list[str]:
    if isinstance(value, list):
        return [str(_renewed(one)) for one in value]
    return value if key_id_of(base64.b64decode(value)) == coffre().trousseau.current else seal(unseal(value))


@transaction.atomic
def enrol(user: User, secret: str, *, auteur: str) -> tuple[Authenticator, list[str]]:
    """Give an account its second factor, in place of any former one.

    Args:
        user: the account.
        secret: of the TOTP generator, base 32; whoever calls has checked a code of it, or made it.
        auteur: login of who acts.

    Returns:
        The factor and its spare codes, to be shown once.
    """
    Authenticator.objects.filter(user=user).delete()
    factor = TOTP.activate(user, secret).instance
    spare: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    record("acteurs:facteur:enrolled", auteur=auteur, objet=f"compte:{user.get_username()}")
    return factor, spare


@transaction.atomic
def renew_spare_codes(user: User) -> list[str]:
    """Give an account new spare codes; the former ones are worth nothing any more."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    record("acteurs:facteur:spare_codes_renewed", auteur=user.get_username(), objet=f"compte:{user.get_username()}")
    return codes


@transaction.atomic
def withdraw(user: User, *, auteur: str) -> None:
    """Take the second factor away: the next login leads to another one."""
    Authenticator.objects.filter(user=user).delete()
    record("acteurs:facteur:withdrawn", auteur=auteur, objet=f"compte:{user.get_username()}")


def new_secret() -> str:
    """Return the secret of a new TOTP generator, base 32."""
    return str(generate_totp_secret())
