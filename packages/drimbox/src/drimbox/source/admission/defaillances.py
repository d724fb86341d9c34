# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""The refusals of the images door where the peer did nothing wrong (5xx); their tree is in :mod:`.errors`."""

from __future__ import annotations

from drimbox.source.admission.refus import Refus

_MAILLE = "Spécifications DRIM-M, échanges entre DRIMbox"


class PacsEnErreur(Refus):
    """The PACS refused or broke the retrieval."""

    code = "partage.pacs_en_erreur"
    status = 502
    title = "Erreur du PACS"
    message = "Le PACS de la source a refusé ou interrompu la lecture."
    remede = "Recommencez plus tard ; si l'erreur persiste, donnez le numéro de trace à l'Opérateur de la source."


class ObjetEtranger(Refus):
    """The PACS sent an object of another study, series or patient."""

    code = "partage.objet_etranger"
    status = 502
    title = "Objet étranger à l'examen"
    message = "Le PACS de la source a envoyé un objet d'un autre examen ; rien n'en est transmis."
    remede = "Donnez le numéro de trace à l'Opérateur de la source : le PACS est à vérifier avant tout nouvel essai."


class AutrePatient(Refus):
    """The PACS gives the study of a KOS under another patient than the one it had when the KOS was made."""

    code = "partage.autre_patient"
    per_examen = True
    status = 502
    title = "Patient changé dans le PACS"
    message = "Dans le PACS de la source, cet examen n'est plus celui du patient que nomme le KOS ; rien n'en est transmis."
    remede = "N'affichez pas cet examen ; donnez le numéro de trace à l'Opérateur de la source, où une personne vérifie l'identité."


class ConversionImpossible(Refus):
    """The object could not be turned into what the peer accepts: broken pixels, or limits of time and memory."""

    code = "partage.conversion_impossible"
    status = 502
    title = "Conversion impossible"
    message = "Une image n'a pas pu être convertie dans le format demandé."
    remede = "Demandez l'image telle qu'elle est conservée, avec transfer-syntax=*."


class MetadonneesTropLongues(Refus):
    """A head that does not hold within what is decoded: half of it would look like the whole."""

    code = "partage.metadonnees_trop_longues"
    status = 502
    title = "Métadonnées trop longues"
    message = "L'en-tête d'un objet est trop long pour être donné sous forme de métadonnées."
    remede = "Demandez l'objet lui-même, ou les métadonnées d'une autre série."


class ListePerimee(Refus):
    """No list in force can be trusted here any more: nobody is let in, whatever he shows."""

    code = "admission.liste_perimee"
    status = 503
    title = "Liste Blanche périmée"
    message = "Cette DRIMbox ne dispose pas d'une Liste Blanche en vigueur."
    remede = "Recommencez plus tard ; prévenez l'Opérateur de la source si l'erreur persiste."
    clause = _MAILLE
    retry_after = 300


class RevocationInconnue(Refus):
    """No fresh revocation list can judge the client certificate."""

    code = "admission.revocation_inconnue"
    status = 503
    title = "Révocation inconnue"
    message = "Cette DRIMbox ne dispose pas d'une liste de révocation à jour : le certificat ne peut pas être jugé."
    remede = "Recommencez plus tard ; prévenez l'Opérateur de la source si l'erreur persiste."
    clause = "RFC 5280 §6.3"
    retry_after = 300


class PscIndisponible(Refus):
    """Pro Santé Connect cannot be asked."""

    code = "admission.psc_indisponible"
    status = 503
    title = "Pro Santé Connect indisponible"
    message = "Pro Santé Connect ne répond pas : le jeton ne peut pas être vérifié."
    remede = "Recommencez dans quelques instants."
    clause = "RFC 7662 §2.3"
    retry_after = 10


class TropDeTransferts(Refus):
    """The cap of simultaneous transfers is reached."""

    code = "partage.trop_de_transferts"
    status = 503
    title = "Transferts au maximum"
    message = "Cette DRIMbox sert déjà le nombre maximal de transferts."
    remede = "Recommencez dans quelques instants."
    retry_after = 5


class TropDeConversions(Refus):
    """As many images are converted, or wait to be read by slow peers, as this program holds at once."""

    code = "partage.trop_de_conversions"
    status = 503
    title = "Conversions au maximum"
    message = "Cette DRIMbox convertit déjà le nombre maximal d'images."
    remede = "Recommencez dans quelques instants, ou demandez l'image telle qu'elle est conservée, avec transfer-syntax=*."
    retry_after = 10


class PacsIndisponible(Refus):
    """The PACS cannot be reached, or refuses for the moment."""

    code = "partage.pacs_indisponible"
    status = 503
    title = "PACS indisponible"
    message = "Le PACS de la source ne peut pas être joint, ou n'accepte personne pour le moment."
    remede = "Recommencez plus tard ; si l'erreur persiste, donnez le numéro de trace à l'Opérateur de la source."
    retry_after = 30


class InterneIndisponible(Refus):
    """Something of this program failed; the journal knows what."""

    code = "partage.interne"
    status = 503
    title = "Service indisponible"
    message = "La source a rencontré une erreur interne."
    remede = "Recommencez plus tard ; si l'erreur persiste, donnez le numéro de trace à l'Opérateur de la source."
    retry_after = 30


class PacsMuet(Refus):
    """The PACS was reached and then kept silent, before the first object or after it."""

    code = "partage.pacs_muet"
    status = 504
    title = "PACS muet"
    message = "Le PACS de la source n'a pas répondu à temps."
    remede = "Recommencez plus tard ; si l'erreur persiste, donnez le numéro de trace à l'Opérateur de la source."
