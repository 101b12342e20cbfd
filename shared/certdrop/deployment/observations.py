"""What a look saw of the cloud, in certdrop's words: the only thing that decide() believes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from certdrop.bundle.facts import BundleFacts, KeyKind
from certdrop.deployment.work import Before
from certdrop.ports import Limits

ListenerStatus = Literal["running", "stopped", "busy"]
CertificateStatus = Literal["associating", "associated", "dissociating"]
JobStatus = Literal["processing", "succeeded", "failed"]
HandshakeAnswer = Literal["ours", "another", "not reached"]


@dataclass(frozen=True)
class ServedFacts:
    """What is known of a certificate that a listener shows.

    *fingerprint* may be of another kind than SHA-256; *not_before* and *self_signed* are None when nobody tells.
    *has_all_names*: it may have more names than those when nobody tells its SAN.
    """

    fingerprint: str
    names: tuple[str, ...]
    key_kind: KeyKind
    not_before: datetime | None
    not_after: datetime
    self_signed: bool | None = None
    has_all_names: bool = True


@dataclass(frozen=True)
class ShownCertificate:
    """A certificate of a listener: its cloud id, what is known of it, and whether certdrop imported it."""

    certificate_id: str
    status: CertificateStatus = "associated"
    facts: ServedFacts | None = None
    ours: bool = False
    label: str = ""  # how a person would recognise it

    @property
    def is_known(self) -> bool:
        """Tell whether its names are known, all of them."""
        return self.facts is not None and self.facts.has_all_names


@dataclass(frozen=True)
class Extension:
    """A domain extension of a CLB listener."""

    extension_id: str
    domain: str
    certificate: ShownCertificate


@dataclass(frozen=True)
class SeenAuthority:
    """The CA that a CLB listener checks clients against, and how a person would recognise it.

    *facts* when it is one that certdrop knows; *drop* is the one that brought it here, empty when none did.
    """

    label: str
    facts: BundleFacts | None = None
    drop: str = ""


@dataclass(frozen=True)
class SeenListener:
    """A listener as the control plane shows it. *ours*: it bears certdrop's tag.

    *client_ca* is the id of the CA that clients are checked against, *authority* what is known of it (CLB). *address*
    is where it is reached, if that was told with it. *settings* is everything that the service answers, by its names
    for it.
    """

    listener_id: str
    status: ListenerStatus
    https: bool = True
    ours: bool = False
    default: ShownCertificate | None = None
    additional: tuple[ShownCertificate, ...] = ()
    extensions: tuple[Extension, ...] = ()
    client_ca: str = ""
    authority: SeenAuthority | None = None
    address: str = ""
    settings: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    def before(self) -> Before:
        """Return what an operation writes down of it."""
        return Before(
            default=self.default.certificate_id if self.default else "",
            additional=tuple(shown.certificate_id for shown in self.additional),
            client_ca=self.client_ca,
            extensions={extension.domain: extension.certificate.certificate_id for extension in self.extensions},
        )


@dataclass(frozen=True)
class Job:
    """The asynchronous job of the last operation."""

    status: JobStatus
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class CertificateUsage:
    """How many additional certificates an ALB instance has: *here*, and *elsewhere* by port; *allowed* if known."""

    edition: str
    allowed: int | None
    here: int = 0
    elsewhere: Mapping[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """All of them; one on two listeners counts twice."""
        return self.here + sum(self.elsewhere.values())


@dataclass(frozen=True)
class Observation:
    """Everything a look saw.

    *certificates*: fingerprint of a wanted bundle -> its id at the listener's service; absent: not there (yet).
    *in_cas*: fingerprints of the wanted bundles that CAS holds. *handshakes*: by deployment, only when they were made.
    *limits*: how much the cloud takes. *usage*: of an ALB instance, only when an association was the next step.
    *retired*: ids of certificates that were not to be found. *changed_settings*: which settings of the listener differ
    that work is open for, in words.
    """

    listener: SeenListener | None
    certificates: Mapping[str, str] = field(default_factory=dict)
    in_cas: frozenset[str] = frozenset()
    job: Job | None = None
    handshakes: Mapping[str, "HandshakeSeen"] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    usage: CertificateUsage | None = None
    retired: frozenset[str] = frozenset()
    changed_settings: str = ""

    def holds(self, fingerprint: str) -> bool:
        """Tell whether the cloud holds a wanted bundle, here or in CAS."""
        return fingerprint in self.certificates or fingerprint in self.in_cas


@dataclass(frozen=True)
class HandshakeSeen:
    """What the handshakes for one deployment came to; *detail* says why or what.

    *shadowed*: names for which another certificate of ours is shown, and which. *is_in_order*: so was its chain.
    """

    answer: HandshakeAnswer
    detail: str = ""
    server_name: str = ""
    shadowed: tuple[str, ...] = ()
    is_in_order: bool = True
