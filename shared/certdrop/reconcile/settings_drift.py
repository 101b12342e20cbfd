"""How the settings of a listener that certdrop created differ from what `listener:` says now.

What would be sent to create it is compared with what the service answers, under the names that both have in common; so
only what certdrop sets is ever missed.
"""

from collections.abc import Iterator, Mapping, Sequence

from certdrop.deployment.drift import LISTENER_SETTINGS, Difference
from certdrop.deployment.listener_settings import AlbListener
from certdrop.deployment.observations import Observation
from certdrop.deployment.operations import Step, StepKind
from certdrop.deployment.places import Listener
from certdrop.deployment.targets import Target
from certdrop.reconcile.house import House
from certdrop.reconcile.operations.listener_requests import alb_request, clb_request
from certdrop.reconcile.scenes import Scene

SAID_AT_MOST = 5
ANY = "any"  # in place of what is no setting: a certificate, a token
ACTIONS = "DefaultActions"
_NOT_SETTINGS = frozenset(
    {
        *("LoadBalancerId", "ListenerPort", "ListenerProtocol", "ClientToken", "Tag", "RegionId"),
        *("Certificates", "CaEnabled", "CaCertificates", "ServerCertificateId", "CACertificateId"),
    }
)


def find_settings_drift(
    house: House, listener: Listener, targets: Sequence[Target], seen: Observation
) -> list[Difference]:
    """Compare the settings of a listener of ours with those that a target gives; nothing when none does."""
    shown = seen.listener
    if shown is None or not shown.ours or not shown.settings or shown.status == "busy":
        return []
    said = next((target.listener for target in targets if target.listener), None)
    if said is None:
        return []
    scene = Scene(house, listener, seen, Step(StepKind.CREATE_LISTENER, certificates=(ANY,)))
    request = alb_request(scene, said, ANY) if isinstance(said, AlbListener) else clb_request(scene, said)
    wanted = request.model_dump(mode="json", by_alias=True, exclude_none=True)
    found = list(_compare({key: value for key, value in wanted.items() if key not in _NOT_SETTINGS}, shown.settings))
    if not found:
        return []
    more = f" and {len(found) - SAID_AT_MOST} more" if len(found) > SAID_AT_MOST else ""
    return [Difference(LISTENER_SETTINGS, f"other than `listener:` says, {', '.join(found[:SAID_AT_MOST])}{more}")]


def _compare(wanted: Mapping[str, object], shown: Mapping[str, object]) -> Iterator[str]:
    """Yield what differs, in words; what the service does not answer is not compared."""
    for name, value in wanted.items():
        other = shown.get(name)
        if isinstance(value, Mapping) and isinstance(other, Mapping):
            yield from _compare(value, other)
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
