# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from espace.journal.actions import record
from espace.registre.certificats.queries import fin_du_recouvrement
from espace.registre.certificats.rules import check_remplacement
from espace.registre.models import DnRemplace, Drimbox
from espace.registre.queries import to_write
from espace.registre.rules import check_dn


@transaction.atomic
def replace_dn(db: str, dn: str, *, recouvrement: timedelta, auteur: str, now: datetime) -> Drimbox:
    """Name a Drimbox of the list under the DN of a new SERV_SSL certificate.

    Args:
        db: name of the Drimbox.
        dn: DN of the new certificate.
        recouvrement: how long the list names both; zero when the former certificate was compromised, which also ends a window that is open.
        auteur: login of the person who acts.
        now: aware instant of the act.

    Raises:
        Inconnu: no such name.
        DistinguishedNameError, DnRefuse: the DN is not one for this name.
        DrimboxHorsListe, DnInchange, RecouvrementRefuse, RecouvrementEnCours: the certificate cannot be replaced so.
    """
    drimbox = to_write(db)
    new, old = check_dn(dn, db=drimbox.couple.db), drimbox.dn_serv_ssl
    check_remplacement(
        statut=drimbox.statut, ancien=old, nouveau=new, recouvrement=recouvrement, fenetre=fin_du_recouvrement(drimbox.pk), now=now
    )
    close_windows(drimbox, now)
    DnRemplace.objects.create(drimbox=drimbox, dn=old, remplace_le=now, jusqua=now + recouvrement)
    drimbox.dn_serv_ssl, drimbox.modifie_le = new, now
    drimbox.save(update_fields=["dn_serv_ssl", "modifie_le"])
    name = drimbox.couple.db
    record("registre:drimbox:dn_replaced", auteur=auteur, objet=f"couple:{name}", modifies=["dn_serv_ssl"], db=name)
    return drimbox


def close_windows(drimbox: Drimbox, now: datetime) -> None:
    """Admit the DN in force alone, in the transaction of the caller.

    Args:
        drimbox: the Drimbox, locked.
        now: aware instant of the act.
    """
    DnRemplace.objects.filter(drimbox=drimbox, jusqua__gt=now).update(jusqua=now)
