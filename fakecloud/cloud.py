"""A whole cloud that runs: a World with its first resources, a server, a TLS data plane, and a template's functions.

A reset tears all of it down but the server, and builds it anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakecloud.app import App
from fakecloud.clock import RunningClock
from fakecloud.dataplane.plane import DataPlane
from fakecloud.fc.function import Template
from fakecloud.fc.instances import SubprocessRunner
from fakecloud.fc.template import load_template
from fakecloud.persistence import load_world, save_world
from fakecloud.ram import Policy, parse_policy
from fakecloud.server import Server
from fakecloud.world import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Timing, World

FAST = Timing(provisioning=2.0, configuring=2.0, clb_starting=1.0)


@dataclass(frozen=True)
class Options:
    """How a cloud is to be.

    *packaged* runs the functions as they were built, not from their source; *state* is a folder in which the cloud is
    kept when it stops, and found when it starts; *rates* limits calls to the vendor's quotas.
    """

    port: int = 0
    template: Path | None = None
    state: Path | None = None
    packaged: bool = False
    fast: bool = False
    rates: bool = True
    region: str = "cn-hangzhou"
    site: str = "china"


class Cloud:
    """A cloud on a loopback port; start it, ask `describe()` where everything is, stop it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self.app = App(self._make_world(), renew=self._renew)
        self.app.list_listeners = self._list_listeners
        self.app.describe = lambda: {"bucket": self._bucket, "resources": self._resources}
        self.server = Server(self.app, options.port)
        notes = load_world(self.app.world, options.state) if options.state else None
        self._furnish(self.app.world, notes)

    def start(self) -> None:
        """Begin to answer."""
        self.server.start()

    def stop(self) -> None:
        """End everything: functions first, which still speak to the server."""
        self._clear_out(self.app.world)
        self.server.stop()
        if self._options.state is not None:
            save_world(self.app.world, self._options.state, {"bucket": self._bucket, "resources": self._resources})

    def describe(self) -> dict[str, Any]:
        """Return what a client must know, as the ready file has it."""
        world = self.app.world
        return {
            "port": self.server.port,
            "access_key_id": ACCESS_KEY_ID,
            "access_key_secret": ACCESS_KEY_SECRET,
            "account_id": world.account_id,
            "region": world.region,
            **self.app.describe(),
        }

    def _make_world(self) -> World:
        options = self._options
        timing = FAST if options.fast else Timing()
        world = World(clock=RunningClock(), timing=timing, region=options.region, site=options.site)
        world.rates.enabled = options.rates
        return world

    def _renew(self) -> World:
        self._clear_out(self.app.world)
        world = self._make_world()
        self._furnish(world)
        return world

    def _furnish(self, world: World, notes: dict[str, Any] | None = None) -> None:
        """Make the first resources, unless there are *notes* of them; serve the listeners, deploy the functions."""
        if notes is None:
            notes = make_resources(world)
        self._bucket: str = notes["bucket"]
        self._resources: dict[str, str] = notes["resources"]
        self._data_plane = DataPlane(world)
        if self._options.template is not None:
            self._deploy(world, self._options.template)

    def _deploy(self, world: World, path: Path) -> None:
        template = load_template(path, self._environment(world), world.account_id)
        world.fc.create_resources(template)
        data_plane = self._data_plane
        world.fc.live_environment = lambda: {"CERTDROP_DIAL": write_dial(data_plane.dial())}
        world.policies.update(self._load_policies(template))
        world.fc.deploy(template, SubprocessRunner(path.resolve().parent, packaged=self._options.packaged))

    def _load_policies(self, template: Template) -> dict[str, Policy]:
        """Return the policies of the roles: functions/<folder>/policy.json, where there is one."""
        world = self.app.world
        names = {"account": world.account_id, "bucket": self._bucket, "region": world.region}
        files = {
            one.role: template.path.parent / "functions" / one.folder / "policy.json" for one in template.functions
        }
        return {role: parse_policy(file.read_text("utf-8"), names) for role, file in files.items() if file.exists()}

    def _environment(self, world: World) -> dict[str, str]:
        return {
            "CERTDROP_BUCKET": self._bucket,
            "CERTDROP_ENDPOINT": self.server.url,
            "CERTDROP_REGION": world.region,
            "CERTDROP_SITE": world.site,
        }

    def _list_listeners(self) -> list[dict[str, Any]]:
        return self._data_plane.listeners()

    def _clear_out(self, world: World) -> None:
        world.fc.stop()
        self._data_plane.close()


def make_resources(world: World) -> dict[str, Any]:
    """Make a bucket, one ALB of the standard edition with a server group, and one CLB of guaranteed performance."""
    with world.lock:
        bucket = world.oss.create_bucket(f"certdrop-{world.account_id}")
        alb, server_group = world.alb.create_load_balancer(name="shop"), world.alb.create_server_group()
        clb = world.clb.create_load_balancer("shop")
    resources = {
        "alb": alb.id,
        "alb_dns_name": alb.dns_name,
        "server_group": server_group.id,
        "clb": clb.load_balancer_id,
        "clb_address": clb.address,
        "vserver_group": next(iter(clb.vserver_groups)),
    }
    return {"bucket": bucket.name, "resources": resources}


def write_dial(dial: Mapping[str, str]) -> str:
    """Return other addresses to dial in one line: host:port=host:port,..."""
    return ",".join(f"{asked}={really}" for asked, really in sorted(dial.items()))
