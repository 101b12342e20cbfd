"""Where bundles should be served: the entries of config/targets.yml, and which of them a bundle belongs to."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from certdrop.bundle.facts import BundleFacts, patterns_of
from certdrop.deployment.guards import Allowance
from certdrop.deployment.listener_settings import AlbListener, ClbListener
from certdrop.deployment.places import Listener, Place, Service
from certdrop.deployment.settings_parts import Port, TargetsModel

TARGET_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
DROP_NAME = r"^[^/\x00-\x1f\x7f]{1,200}$"
DOMAIN = r"^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"
ALB_ID = r"^alb-[A-Za-z0-9-]{1,58}$"
CLB_ID = r"^[A-Za-z0-9][A-Za-z0-9-]{1,62}$"  # not all of them start with lb-
CERTIFICATE_ID = r"^[A-Za-z0-9_-]{1,100}$"
REGION = r"^[a-z]+(-[a-z0-9]+)+$"
MAXIMUM_TARGETS = 10_000
MAXIMUM_STAGES = 99
MAXIMUM_BAKE = 7 * 24 * 60

DropName = Annotated[str, Field(pattern=DROP_NAME)]


class AlbClientCa(TargetsModel):
    """The CA that clients' certificates are checked against: one that the certificate service holds."""

    certificate_id: Annotated[str, Field(pattern=CERTIFICATE_ID)] = Field(description="The CA certificate's id.")


class ClbClientCa(TargetsModel):
    """The CA that clients' certificates are checked against: one that is dropped."""

    drop: DropName = Field(description="The drop that holds the CA certificate.")


class CommonTarget(TargetsModel):
    """What targets of both services say."""

    name: Annotated[str, Field(pattern=TARGET_NAME)] = Field(description="What people call it; unique.")
    drops: tuple[DropName, ...] = Field(default=(), description="The drops whose bundles are served here.")
    domains: tuple[Annotated[str, Field(pattern=DOMAIN)], ...] = Field(
        default=(),
        description="The domains whose bundles are served here; the * of *.shop.example stands for exactly one label.",
    )
    region: Annotated[str, Field(pattern=REGION)] = Field(description="The region of the load balancer.")
    port: Port = Field(default=443, description="The listener's port.")
    role: Literal["default", "additional"] = Field(
        default="default",
        description="Whether the bundle becomes the listener's default certificate or an additional one (SNI).",
    )
    allow: tuple[Allowance, ...] = Field(
        default=(),
        description="What a bundle may do although it is worse than what is served and would be displaced: expire "
        "earlier, lack names, be self-signed where the other is not. Left out: it is refused.",
    )
    heal: bool = Field(
        default=False,
        description="Whether what was changed by hand is put right again: the certificate, the client CA, a listener "
        "that was stopped or deleted, and those of its settings that `listener:` names. Left out: it is only told.",
    )

    stage: int = Field(
        default=1,
        ge=1,
        le=MAXIMUM_STAGES,
        description="When a bundle's turn comes here: stage 2 begins when stage 1 is served everywhere, and so on; one "
        "that is refused or disproved stops the stages after it.",
    )
    bake: int = Field(
        default=0,
        ge=0,
        le=MAXIMUM_BAKE,
        description="Minutes that a bundle must have been served here before the next stage begins.",
    )

    @field_validator("domains", mode="before")
    @classmethod
    def _lower_domains(cls, value: object) -> object:
        if not isinstance(value, list | tuple):
            return value
        return [one.lower().rstrip(".") if isinstance(one, str) else one for one in value]

    @field_validator("listener", mode="before", check_fields=False)
    @classmethod
    def _check_role(cls, value: object, info: ValidationInfo) -> object:
        if value is not None and info.data.get("role") == "additional":
            raise PydanticCustomError("never_creates", "a target of role additional never creates a listener")
        return value

    @model_validator(mode="after")
    def _check_selectors(self) -> "CommonTarget":
        if not self.drops and not self.domains:
            raise PydanticCustomError("nothing_selected", "expected `drops`, `domains` or both")
        return self

    def matches(self, drop: str, facts: BundleFacts) -> bool:
        """Tell whether a server bundle of *drop* is served here: *drops* names the drop, or *domains* a name of it.

        A domain takes a bundle any of whose names is equal to it or covered by it. `*.shop.example` covers
        `www.shop.example`, and equals the wildcard of the same spelling; it covers neither `shop.example` nor
        `a.b.shop.example`. A domain without wildcard takes the bundles that bear exactly this name: a bundle for
        `*.shop.example` is not taken by `www.shop.example`. A CA bundle is nothing to serve.
        """
        if facts.kind != "server":
            return False
        return drop in self.drops or not facts.patterns.isdisjoint(self.domains)

    def extension_domains(self, facts: BundleFacts) -> tuple[str, ...]:  # noqa: ARG002 only CLB has any
        """Return the extension domains that a bundle gets here."""
        return ()


class AlbTarget(CommonTarget):
    """A listener of an ALB instance."""

    alb: Annotated[str, Field(pattern=ALB_ID)] = Field(description="The ALB instance's id.")
    listener: AlbListener | None = Field(
        default=None, description="How to create the listener when it is missing; left out: never create."
    )
    client_ca: AlbClientCa | None = Field(default=None, description="The CA of clients that must show a certificate.")

    @field_validator("client_ca")
    @classmethod
    def _check_quic(cls, value: AlbClientCa | None, info: ValidationInfo) -> AlbClientCa | None:
        listener = info.data.get("listener")
        if value and listener and listener.protocol == "QUIC":
            raise PydanticCustomError("no_mutual_tls", "a QUIC listener cannot ask clients for a certificate")
        return value

    @property
    def service(self) -> Service:
        """The load balancer's service."""
        return "alb"

    @property
    def load_balancer(self) -> str:
        """The load balancer's id."""
        return self.alb

    @property
    def place(self) -> Place:
        """Where the bundle is served; two targets may say the same place."""
        return Place(service="alb", load_balancer=self.alb, port=self.port, slot=self.role)


class ClbTarget(CommonTarget):
    """A listener of a CLB instance."""

    clb: Annotated[str, Field(pattern=CLB_ID)] = Field(description="The CLB instance's id.")
    listener: ClbListener | None = Field(
        default=None, description="How to create the listener when it is missing; left out: never create."
    )
    client_ca: ClbClientCa | None = Field(default=None, description="The CA of clients that must show a certificate.")

    @property
    def service(self) -> Service:
        """The load balancer's service."""
        return "clb"

    @property
    def load_balancer(self) -> str:
        """The load balancer's id."""
        return self.clb

    @property
    def place(self) -> Place:
        """Where the bundle is served; two targets may say the same place."""
        return Place(service="clb", load_balancer=self.clb, port=self.port, slot=self.role)

    def extension_domains(self, facts: BundleFacts) -> tuple[str, ...]:
        """Return the extension domains that *domains* asks for at a CLB target of role additional.

        Those of *domains* that the certificate serves: a domain without wildcard when a name of the certificate is
        equal to it or covers it, `*.shop.example` only when it is itself a name of the certificate. A wildcard that
        merely selects bundles is no extension domain. Empty: every name of the certificate that the listener's
        default certificate does not serve becomes one.
        """
        if self.role != "additional":
            return ()
        names = frozenset(facts.names)
        return tuple(dict.fromkeys(one for one in self.domains if not names.isdisjoint(patterns_of(one))))


def _tag_of(target: object) -> str:
    """Tell a target's service by its keys; one with neither or both is judged as ALB's, which finds the trouble."""
    if isinstance(target, CommonTarget):
        return "CLB" if isinstance(target, ClbTarget) else "ALB"
    return "CLB" if isinstance(target, dict) and "clb" in target and "alb" not in target else "ALB"


Target = AlbTarget | ClbTarget


def _said_of_listener(target: Target) -> list[tuple[str, object]]:
    """Return what targets of one listener must agree on, by key."""
    said: list[tuple[str, object]] = [("client_ca", target.client_ca)] if target.client_ca else []
    if isinstance(target, AlbTarget) and target.listener:
        said.append(("listener.protocol", target.listener.protocol))
    return said


class Targets(TargetsModel):
    """config/targets.yml: which bundles are served where."""

    version: Literal[1] = Field(description="The version of this file's form.")
    targets: Annotated[
        tuple[
            Annotated[Annotated[AlbTarget, Tag("ALB")] | Annotated[ClbTarget, Tag("CLB")], Discriminator(_tag_of)], ...
        ],
        Field(max_length=MAXIMUM_TARGETS),
    ] = Field(description="Where bundles are served.")
    cleanup: Literal["expired", "superseded"] = Field(
        default="expired",
        description="Which of its own certificates certdrop deletes from the certificate service once no listener "
        "shows them: those that have expired, or also those in whose place a newer one is served.",
    )
    keys: Literal["retain", "delete"] = Field(
        default="retain",
        description="What becomes of a private key in the bucket once everything that it was dropped for is served: it "
        "stays, or the files that hold it are deleted, whatever else they hold.",
    )

    @field_validator("targets")
    @classmethod
    def _check_names(cls, targets: tuple[Target, ...]) -> tuple[Target, ...]:
        first: dict[str, int] = {}
        for number, target in enumerate(targets):
            if first.setdefault(target.name, number) != number:
                raise PydanticCustomError(
                    "name_taken",
                    "targets[{first}] has this name already",
                    {"first": first[target.name], "below": (number, "name")},
                )
        return targets

    @field_validator("targets")
    @classmethod
    def _check_listeners(cls, targets: tuple[Target, ...]) -> tuple[Target, ...]:
        """Hold the targets of one listener to one client CA and one protocol."""
        first: dict[tuple[Listener, str], tuple[int, object]] = {}
        for number, target in enumerate(targets):
            for key, said in _said_of_listener(target):
                standing, value = first.setdefault((target.place.listener, key), (number, said))
                if value != said:
                    raise PydanticCustomError(
                        "listener_disagreed",
                        "targets[{first}] says otherwise of the same listener",
                        {"first": standing, "below": (number, *key.split("."))},
                    )
        return targets

    def trusting(self, drop: str) -> tuple["ClbTarget", ...]:
        """Return the targets whose clients' certificates are checked against the CA of *drop*."""
        return tuple(
            target
            for target in self.targets
            if isinstance(target, ClbTarget) and target.client_ca and target.client_ca.drop == drop
        )

    def matching(self, drop: str, facts: BundleFacts) -> tuple[Target, ...]:
        """Return the targets that a bundle of *drop* belongs to, in the file's order."""
        return tuple(target for target in self.targets if target.matches(drop, facts))
