"""Writes a create page's call as an entry of targets.yml."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from tests.fakecloud.pages.page import Page, Value
from tests.fakecloud.pages.said import FORWARDED, OURS, SAID, UnsayableError

Flat = Mapping[str, Value]
Target = dict[str, Any]


def write_target(page: Page, flat: Flat) -> Target:
    """Return the entry of targets.yml whose listener is created by the call *flat*; raises UnsayableError."""
    writer = _AlbWriter(page, flat) if page.product == "alb" else _ClbWriter(page, flat)
    return writer.write()


class _Writer(ABC):
    """Writes an entry; each parameter that says more than a value of its own has its method."""

    def __init__(self, page: Page, flat: Flat) -> None:
        self._page = page
        self._flat = dict(flat)
        self._target: Target = {"name": "t", "drops": ["t"], "region": "cn-hangzhou", "listener": {}}

    def write(self) -> Target:
        self._combine()
        said = SAID[self._page.action]
        for name, value in self._flat.items():
            if (self._page.action, self._path(name)) not in OURS:
                self._put(said[self._path(name)].key, said[self._path(name)].write(value))
        return self._target

    @abstractmethod
    def _combine(self) -> None:
        """Write what takes several parameters together, and take them away."""

    def _path(self, name: str) -> str:
        return ".".join(part for part in name.split(".") if not part.isdigit())

    def _put(self, key: str, value: object) -> None:
        *branches, leaf = key.split(".")
        node = self._target
        for branch in branches:
            node = node.setdefault(branch, {})
        node[leaf] = value

    def _take(self, name: str) -> Value | None:
        return self._flat.pop(name, None)

    def _take_list(self, prefix: str, members: tuple[str, ...]) -> list[tuple[Value | None, ...]]:
        """Return the members of each item below *prefix*, `Tag.1.Key` and so on."""
        numbers = sorted(
            {int(name.split(".")[prefix.count(".") + 1]) for name in self._flat if self._is_below(name, prefix)}
        )
        return [tuple(self._take(f"{prefix}.{number}.{member}") for member in members) for number in numbers]

    @staticmethod
    def _is_below(name: str, prefix: str) -> bool:
        return name.startswith(f"{prefix}.")

    def _tags(self) -> None:
        tags = self._take_list("Tag", ("Key", "Value"))
        if any(key is None for key, _ in tags):
            raise UnsayableError("a tag without a key")
        if tags:
            self._put("listener.tags", {key: "v" if value is None else value for key, value in tags})


class _AlbWriter(_Writer):
    def _combine(self) -> None:
        self._tags()
        self._groups()
        self._client_ca()
        self._quic()
        self._forwarded_for()
        self._client_certificate()

    def _groups(self) -> None:
        actions = {name.split(".")[1] for name in self._flat if name.startswith("DefaultActions.")}
        if len(actions) > 1:
            raise UnsayableError("a listener has one default action")
        found = self._take_list("DefaultActions.1.ForwardGroupConfig.ServerGroupTuples", ("ServerGroupId",))
        if found:
            self._put("listener.server_groups", [one or "" for (one,) in found])

    def _client_ca(self) -> None:
        enabled, found = self._take("CaEnabled"), self._take_list("CaCertificates", ("CertificateId",))
        if found and enabled is not True:
            raise UnsayableError("a CA that is named but switched off")
        if len(found) > 1:
            raise UnsayableError("a listener has one client CA")
        if found:
            self._put("client_ca.certificate_id", found[0][0])
        elif enabled not in (None, False):
            self._put("client_ca", {})

    def _quic(self) -> None:
        listener, enabled = self._take("QuicConfig.QuicListenerId"), self._take("QuicConfig.QuicUpgradeEnabled")
        if bool(listener) != (enabled is True):
            if listener or enabled is not False:
                raise UnsayableError("an upgrade is said by the QUIC listener's id alone")
        elif listener:
            self._put("listener.quic_upgrade", listener)

    def _forwarded_for(self) -> None:
        enabled, mode = self._take(f"{FORWARDED}Enabled"), self._take(f"{FORWARDED}ProcessingMode")
        if enabled is False and mode is not None:
            raise UnsayableError("a mode of what is switched off")
        said = "off" if enabled is False else mode or ("append" if enabled is True else enabled)
        if said is not None:
            self._put("listener.headers.x_forwarded_for", said)

    def _client_certificate(self) -> None:
        for name in [name for name in self._flat if name.endswith("Alias")]:
            if self._take(name.replace("Alias", "Enabled")) is not True:
                raise UnsayableError("a name of what is switched off")
        if any(
            FORWARDED + "ClientCert" in name and isinstance(value, str) and name.endswith("Enabled")
            for name, value in self._flat.items()
        ):
            raise UnsayableError("a text is the header's name")


class _ClbWriter(_Writer):
    def _combine(self) -> None:
        self._tags()
        self._sticky_session()
        self._access_control()
        self._health_check()

    def _sticky_session(self) -> None:
        switch, kind = self._take("StickySession"), self._take("StickySessionType")
        timeout, cookie = self._take("CookieTimeout"), self._take("Cookie")
        if kind not in ("insert", "server", None):
            raise UnsayableError("the kind of cookie is said by its own setting")
        if switch == "on":
            said = {"cookie_timeout": timeout} if kind == "insert" else {"cookie": cookie} if kind == "server" else {}
            self._put("listener.sticky_session", {name: value for name, value in said.items() if value is not None})
        elif switch is not None:
            self._put("listener.sticky_session", switch)

    def _access_control(self) -> None:
        switch, said = self._take("AclStatus"), {"id": self._take("AclId"), "type": self._take("AclType")}
        if switch == "on":
            self._put("listener.acl", {name: value for name, value in said.items() if value is not None})
        elif switch is not None:
            self._put("listener.acl", switch)

    def _health_check(self) -> None:
        switch = self._take("HealthCheck")
        has_settings = any(name.startswith(("Health", "Unhealthy")) for name in self._flat)
        if switch == "off" and has_settings:
            raise UnsayableError("settings of a health check that is off")
        if switch is not None and not has_settings:
            self._put("listener.health_check", switch)
