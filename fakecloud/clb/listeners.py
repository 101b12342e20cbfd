"""The listeners of CLB instances: created stopped, started, changed one change at a time."""

from collections.abc import Callable, Mapping
from typing import Any

from fakecloud.clb.errors import (
    listener_already_exists,
    listener_not_found,
    listener_port_conflict,
    listener_processing,
    listener_status_not_supported,
    load_balancer_not_found,
    over_quota,
)
from fakecloud.clb.resources import Listener, ListenerStatus, LoadBalancer, Tags
from fakecloud.clb.settings import DEFAULTS, SettingsRules, effective, require_protocol
from fakecloud.rpc.operation import RpcError
from fakecloud.world import World

Address = tuple[str, int]


class Listeners:
    """All listeners by instance and port. *changed* is called after each change of what clients meet."""

    def __init__(
        self,
        world: World,
        load_balancers: Mapping[str, LoadBalancer],
        rules: SettingsRules,
        changed: Callable[[], None],
    ) -> None:
        self._world = world
        self._load_balancers = load_balancers
        self._rules = rules
        self._changed = changed
        self.by_address: dict[Address, Listener] = {}
        self.quota = 50

    def create_load_balancer_https_listener(
        self, region: str, load_balancer_id: str, port: int, sent: Mapping[str, Any], tags: Tags = ()
    ) -> Listener:
        """Make a stopped listener."""
        load_balancer = self.get_load_balancer(region, load_balancer_id)
        existing = self.by_address.get((load_balancer_id, port))
        if existing is not None:
            if existing.is_busy:
                raise listener_processing()
            raise listener_already_exists() if existing.protocol == "https" else listener_port_conflict()
        require_protocol(load_balancer)
        if len(self.of(load_balancer_id)) >= self.quota:
            raise over_quota("listeners per instance")
        settings = {**DEFAULTS, **effective(sent, DEFAULTS)}
        self._rules.require(settings, sent, load_balancer, port)
        return self.add(Listener(load_balancer_id, port, "https", settings, tags=tags))

    def add(self, listener: Listener) -> Listener:
        """Put a listener in place as it is, whatever the rules."""
        listener.apply()
        self.by_address[listener.load_balancer_id, listener.port] = listener
        self._changed()
        return listener

    def set_load_balancer_https_listener_attribute(
        self, region: str, load_balancer_id: str, port: int, sent: Mapping[str, Any], *, dry_run: bool = False
    ) -> None:
        """Change what was sent and leave the rest; a group set aside makes room for the backend port."""
        load_balancer = self.get_load_balancer(region, load_balancer_id)
        listener = self.get_https(region, load_balancer_id, port)
        if listener.is_busy:
            raise listener_processing()
        settings = {**listener.settings, **effective(sent, listener.settings)}
        if settings.pop("VServerGroup", "on") == "off":
            settings["VServerGroupId"] = ""
        self._rules.require(settings, sent, load_balancer, port)
        if dry_run:
            raise RpcError(400, "DryRunOperation", "Request validation has been passed with DryRun flag set.")
        listener.settings = settings
        self.configure(listener)

    def start_load_balancer_listener(self, region: str, load_balancer_id: str, port: int, protocol: str = "") -> None:
        """Start a stopped listener; it is up when its starting has been done."""
        listener = self._get_idle(region, load_balancer_id, port, protocol)
        if listener.status != "stopped":
            raise listener_status_not_supported()
        self._pass_through(listener, "starting", "running")

    def stop_load_balancer_listener(self, region: str, load_balancer_id: str, port: int, protocol: str = "") -> None:
        """Stop a running listener."""
        listener = self._get_idle(region, load_balancer_id, port, protocol)
        if listener.status != "running":
            raise listener_status_not_supported()
        self._pass_through(listener, "stopping", "stopped")

    def delete_load_balancer_listener(self, region: str, load_balancer_id: str, port: int, protocol: str = "") -> None:
        """Delete a listener at once."""
        self._get_idle(region, load_balancer_id, port, protocol)
        del self.by_address[load_balancer_id, port]
        self._changed()

    def configure(self, listener: Listener) -> None:
        """Let clients meet the settings after a while; a stopped listener is ready at once."""
        if listener.status == "running":
            self._pass_through(listener, "configuring", "running")
        else:
            listener.apply()

    def get_load_balancer(self, region: str, load_balancer_id: str) -> LoadBalancer:
        """Return an instance of the region."""
        load_balancer = self._load_balancers.get(load_balancer_id)
        if load_balancer is None or load_balancer.region != region:
            raise load_balancer_not_found()
        return load_balancer

    def get_https(self, region: str, load_balancer_id: str, port: int) -> Listener:
        """Return the HTTPS listener on a port."""
        return self.get(region, load_balancer_id, port, "https")

    def get(self, region: str, load_balancer_id: str, port: int, protocol: str = "") -> Listener:
        """Return the listener on a port, of *protocol* when that is given."""
        self.get_load_balancer(region, load_balancer_id)
        listener = self.by_address.get((load_balancer_id, port))
        if listener is None or protocol not in ("", listener.protocol):
            raise listener_not_found()
        return listener

    def of(self, load_balancer_id: str) -> list[Listener]:
        """Return the listeners of an instance by port."""
        return [listener for (owner, _), listener in sorted(self.by_address.items()) if owner == load_balancer_id]

    def in_region(self, region: str) -> list[Listener]:
        """Return the listeners of a region."""
        return [
            listener for (owner, _), listener in self.by_address.items() if self._load_balancers[owner].region == region
        ]

    def _get_idle(self, region: str, load_balancer_id: str, port: int, protocol: str) -> Listener:
        listener = self.get(region, load_balancer_id, port, protocol)
        if listener.is_busy:
            raise listener_processing()
        return listener

    def _pass_through(self, listener: Listener, through: ListenerStatus, to: ListenerStatus) -> None:
        listener.status = through
        self._changed()

        def arrive() -> None:
            listener.status = to
            listener.apply()
            self._changed()

        label = f"clb listener {listener.load_balancer_id}:{listener.port} {to}"
        self._world.after(self._world.timing.clb_starting, label, arrive)
