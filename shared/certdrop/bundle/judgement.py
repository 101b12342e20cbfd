"""What judging a drop comes to; loads no cryptography."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from pydantic import SecretStr

from certdrop.bundle.codes import CODES
from certdrop.bundle.facts import BundleFacts, BundleKind
from certdrop.bundle.findings import Finding

Role = Literal["leaf", "intermediate", "root", "client CA", "stray", "certificate", "key"]

_CURABLE = {"arrival", "agreement"}


@dataclass(frozen=True)
class Bundle:
    """What an accepted drop holds, canonical: leaf first, then intermediates, without the root; or one CA."""

    facts: BundleFacts
    certificate_pem: str = field(repr=False)
    key_pem: SecretStr | None


@dataclass(frozen=True)
class Part:
    """One thing that was found, for people: its *role*, where it stood (`file:line`), and what it is."""

    role: Role
    places: tuple[str, ...]
    title: str
    key: str
    not_after: datetime | None = None


@dataclass(frozen=True)
class Judgement:
    """A drop's findings, errors first, and its bundle when there is no error.

    *facts* are those of the certificate that was judged, also when it is refused; *parts* all that was found.
    """

    findings: tuple[Finding, ...]
    bundle: Bundle | None
    facts: BundleFacts | None = None
    parts: tuple[Part, ...] = ()

    def with_findings(self, more: Iterable[Finding]) -> "Judgement":
        """Return this judgement with *more* findings, errors first, each once; an error takes the bundle away."""
        findings = order_findings([*self.findings, *more])
        refused = any(finding.severity == "error" for finding in findings)
        return replace(self, findings=findings, bundle=None if refused else self.bundle)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that refuse the drop."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def accepted(self) -> bool:
        """Whether there is no error."""
        return not self.errors

    @property
    def curable(self) -> bool:
        """Whether other files could cure every error: a part is missing, or parts contradict each other.

        In a contradiction, as in the middle of a renewal, what is wrong with the certificate may go away with it.
        """
        cures = {CODES[finding.code].cure for finding in self.errors}
        return bool(cures) and cures <= _CURABLE | ({"replacement"} if "agreement" in cures else set())

    @property
    def missing_part(self) -> bool:
        """Whether every error says that a part is missing."""
        return not self.accepted and all(CODES[finding.code].cure == "arrival" for finding in self.errors)

    @property
    def kind(self) -> BundleKind | None:
        """Whether it is a server's bundle or a client CA; None when no certificate could be judged."""
        facts = self.bundle.facts if self.bundle else self.facts
        return facts.kind if facts else None


def order_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put errors first, and say nothing twice."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.severity))
