# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""Why images could not be brought from a source.

::

    PeerError
    ├── DestinationRefusee         the KOS names a place to which no token may go
    │   └── DestinationHorsListe   a well formed db name, not in the list in force
    ├── ServeurNonReconnu          the server that answered is not the one of the list
    ├── ReponseSource              the source refused; it gave a code, a cure and a trace
    ├── ReponseIllisible           multipart framing broken, or a bound passed
    ├── ObjetRefuse                a part is not the object the KOS announced
    ├── AutrePatient               a part bears the INS of another patient than the KOS
    ├── ImagesManquantes           the answer was whole and lacks images of the KOS
    └── ImagesRefusees             our own PACS did not take some of them
    OwnError
    └── ErreurInterne              a fault of this program
    TransportError
    └── SourceInjoignable          cut, silence, name not resolved
"""

from __future__ import annotations

from confiance.errors import OwnError, PeerError, TransportError

_MAILLE = "Spécifications DRIM-M, échanges entre DRIMbox"


class DestinationRefusee(PeerError):
    """The address named by the KOS is not that of a DRIMbox."""

    code = "rapatriement.destination_refusee"
    message = "L'adresse indiquée par le KOS n'est pas celle d'une DRIMbox de l'Espace de Confiance."
    remede = "Signaler ce KOS à l'établissement qui l'a publié ; aucune demande n'a été envoyée."
    clause = _MAILLE


class DestinationHorsListe(DestinationRefusee):
    """The name is well formed and not in the list in force."""

    code = "rapatriement.destination_hors_liste"
    message = "La DRIMbox indiquée par le KOS n'est pas dans la Liste Blanche en vigueur."
    remede = "Recommencer plus tard : la DRIMbox source est peut-être suspendue ; aucune demande n'a été envoyée."


class ServeurNonReconnu(PeerError):
    """The certificate of the server is not the one that the list gives to this name."""

    code = "rapatriement.serveur_non_reconnu"
    message = "Le serveur joint n'a pas le certificat que la Liste Blanche donne à ce nom."
    remede = "Prévenir l'Espace de Confiance ; la connexion a été coupée avant toute demande."
    clause = _MAILLE


class ReponseIllisible(PeerError):
    """The answer of the source does not follow the framing of WADO-RS."""

    code = "rapatriement.reponse_illisible"
    message = "La réponse de la DRIMbox source ne peut pas être lue."
    remede = "Recommencer ; si l'erreur persiste, prévenir l'Opérateur de la source."
    clause = "RFC 2046 §5.1 ; DICOM PS3.18 §8.6.1.2"


class ReponseTropGrosse(ReponseIllisible):
    """The answer passes one of our bounds."""

    code = "rapatriement.reponse_trop_grosse"
    message = "La réponse de la DRIMbox source dépasse une limite de taille."
    remede = "Si l'examen est légitime, augmenter les limites de [conso]."


class ObjetRefuse(PeerError):
    """A received object is not what the KOS announced."""

    code = "rapatriement.objet_refuse"
    message = "Un objet reçu n'est pas une image de la série que cite le KOS."
    remede = "Prévenir l'Opérateur de la source ; l'objet n'a pas été conservé."
    clause = "DICOM PS3.10 §7"


class AutrePatient(PeerError):
    """A received object bears the INS of somebody else than the patient of the KOS: nothing more of this source may be believed."""

    code = "rapatriement.autre_patient"
    message = "Une image reçue porte l'INS d'un autre patient que celui du pointeur (KOS)."
    remede = "Prévenir l'Opérateur de la source ; l'image n'a pas été conservée. Vérifier celles de cet examen déjà rangées dans le PACS."


class ImagesManquantes(PeerError):
    """The source ended its answer properly, without some images that the KOS names."""

    code = "rapatriement.images_manquantes"
    message = "La DRIMbox source n'a pas envoyé toutes les images que cite le KOS."
    remede = "Redemander les images ; si elles manquent toujours, prévenir l'Opérateur de la source : le KOS n'est peut-être plus à jour."


class ImagesRefusees(PeerError):
    """The PACS of the readers did not take some images."""

    code = "rapatriement.images_refusees_par_le_pacs"
    message = "Le PACS n'a pas accepté toutes les images reçues."
    remede = "Vérifier que le PACS accepte ces classes d'objets et ces syntaxes de transfert, puis redemander les images."


class ReponseSource(PeerError):
    """The source answered by a refusal.

    Attributes:
        status: HTTP status.
        peer_code: code given by the source, or empty.
        peer_trace: number under which the source journalled it, or empty.
    """

    code = "rapatriement.refus_source"
    message = "La DRIMbox source a refusé la demande."
    remede = "Lire le motif donné par la source."

    def __init__(
        self, message: str | None = None, *, remede: str | None = None, status: int, peer_code: str = "", peer_trace: str = ""
    ) -> None:
        super().__init__(message, remede=remede)
        self.status = status
        self.peer_code = peer_code
        self.peer_trace = peer_trace


class ErreurInterne(OwnError):
    """Something that this program did not foresee; the log holds it under the trace of the rapatriement."""

    code = "rapatriement.interne"
    message = "Une erreur interne a interrompu cette série."
    remede = "Redemander les images ; si l'erreur persiste, donner le numéro de trace à l'exploitant."


class SourceInjoignable(TransportError):
    """The source could not be reached, or the connection was cut."""

    code = "rapatriement.source_injoignable"
    message = "La DRIMbox source ne répond pas ou la connexion a été coupée."
    remede = "Recommencer plus tard ; ce qui est déjà rangé dans le PACS est gardé."
