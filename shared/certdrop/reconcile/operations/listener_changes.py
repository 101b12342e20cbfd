"""How a listener's settings differ from what `listener:` says, and the settings that put right what it names.

What would be sent to create the listener is compared with what the service answers, under the names that both have in
common; so only what certdrop sets is ever missed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from certdrop.cloud.alb_models import CreateListenerRequest
from certdrop.cloud.clb_models import CreateLoadBalancerHTTPSListenerRequest
from certdrop.deployment.listener_settings import AlbListener, ClbListener
from certdrop.deployment.observations import Observation
from certdrop.deployment.operations import Step, StepKind
from certdrop.deployment.places import Listener
from certdrop.reconcile.house import House
from certdrop.reconcile.operations.listener_requests import alb_request, clb_request
from certdrop.reconcile.scenes import Scene

ANY = "any"  # in place of what is no setting: a certificate, a token
ACTIONS = "DefaultActions"
_NOT_SETTINGS = frozenset(
    {
        *("LoadBalancerId", "ListenerPort", "ListenerProtocol", "ClientToken", "Tag", "RegionId"),
        *("Certificates", "CaEnabled", "CaCertificates", "ServerCertificateId", "CACertificateId"),
    }
)
# by the keys of `listener:`, how the names of its settings begin at ALB and CLB; what is not here cannot be changed
_WIRE: Mapping[str, tuple[str, ...]] = {
    "description": ("ListenerDescription", "Description"),
    "idle_timeout": ("IdleTimeout",),
    "request_timeout": ("RequestTimeout",),
    "security_policy": ("SecurityPolicyId",),
    "tls_policy": ("TLSCipherPolicy",),
    "http2": ("Http2Enabled", "EnableHttp2"),
    "gzip": ("Gzip",),
    "quic_upgrade": ("QuicConfig",),
    "headers": ("XForwardedFor",),
    "server_group": (ACTIONS,),
    "server_groups": (ACTIONS,),
    "vserver_group": ("VServerGroup",),
    "bandwidth": ("Bandwidth",),
    "scheduler": ("Scheduler",),
    "health_check": ("HealthCheck", "HealthyThreshold", "UnhealthyThreshold"),
    "sticky_session": ("StickySession", "Cookie"),
    "acl": ("Acl",),
}

Settings = AlbListener | ClbListener
CreateRequest = CreateListenerRequest | CreateLoadBalancerHTTPSListenerRequest


@dataclass(frozen=True)
class Change:
    """A setting that differs: the key of `listener:` that names it (empty: none does), and what differs in words."""

    key: str
    text: str


def find_changes(house: House, listener: Listener, seen: Observation, said: Settings) -> list[Change]:
    """Compare what a listener shows with what is *said* of it; nothing of one that is not there."""
    shown = seen.listener.settings if seen.listener else {}
    wanted = _meant(house, listener, seen, said).model_dump(mode="json", by_alias=True, exclude_none=True)
    found = []
    for name, value in wanted.items() if shown else ():
        if name not in _NOT_SETTINGS:
            found += [Change(_key_of(name, said), text) for text in _compare(name, value, shown.get(name))]
    return found


def find_values(
    house: House, listener: Listener, seen: Observation, said: Settings, changes: Iterable[Change]
) -> dict[str, object]:
    """Return, by field of the requests that create and change, what puts right those of *changes* that are named."""
    request = _meant(house, listener, seen, said)
    keys = {change.key for change in changes} - {""}
    return {
        field: value
        for field, info in type(request).model_fields.items()
        if (value := getattr(request, field)) is not None and _key_of(info.alias or field, said) in keys
    }


def _meant(house: House, listener: Listener, seen: Observation, said: Settings) -> CreateRequest:
    scene = Scene(house, listener, seen, Step(StepKind.CREATE_LISTENER, certificates=(ANY,)))
    return alb_request(scene, said, ANY) if isinstance(said, AlbListener) else clb_request(scene, said)


def _key_of(name: str, said: Settings) -> str:
    """Return the key of `listener:` that names a setting, of those that are really written there."""
    keys = (key for key in _WIRE if key in said.model_fields_set and name.startswith(_WIRE[key]))
    return next(keys, "")


def _compare(name: str, value: object, other: object) -> Iterator[str]:
    """Yield what differs, in words; what the service does not answer is not compared."""
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        for inner, wanted in value.items():
            yield from _compare(inner, wanted, other.get(inner))
    elif other is not None and _normal(name, value) != _normal(name, other):
        yield f"{name} is {_say(name, other)}, not {_say(name, value)}"


def _groups(actions: object) -> str:
    """Return the server groups of actions that forward, as one text."""
    found = []
    for action in actions if isinstance(actions, Sequence) else ():
        config = action.get("ForwardGroupConfig") or {}
        found += [one.get("ServerGroupId", "") for one in config.get("ServerGroupTuples") or ()]
    return ",".join(sorted(found))


def _normal(name: str, value: object) -> list[str]:
    """Return a value as it compares: services answer lists in any order, and switches and numbers as text too."""
    return sorted(part.strip().lower() for part in _say(name, value).replace(";", ",").split(","))


def _say(name: str, value: object) -> str:
    return (_groups(value) if name == ACTIONS else str(value)) or "empty"
