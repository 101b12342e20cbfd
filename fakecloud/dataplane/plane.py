"""Serves every running HTTPS listener of ALB and CLB on loopback, just as the control plane says."""

from typing import Any

from fakecloud.dataplane.connections import HOST, Acceptor, Connections
from fakecloud.dataplane.endpoint import Endpoint
from fakecloud.dataplane.shown import TlsListener, TlsService
from fakecloud.world import World

Place = tuple[str, str, int]


class DataPlane:
    """The TLS endpoints of one World: each HTTPS listener has a loopback port for life, which is open while it serves.

    ALB and CLB tell of changes, under the World's lock; a new certificate is shown from the next handshake on.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._services: dict[str, TlsService] = {"alb": world.alb, "clb": world.clb}
        self._acceptor = Acceptor()
        self._connections = Connections()
        self._endpoints: dict[Place, Endpoint] = {}
        with world.lock:
            for service in self._services.values():
                service.on_change.append(self._follow)
            self._follow()

    def listeners(self) -> list[dict[str, Any]]:
        """Return what the control surface shows: service, load_balancer, port, tls_port and status of each listener."""
        with self._world.lock:
            return [
                {
                    "service": service,
                    "load_balancer": load_balancer,
                    "port": port,
                    "tls_port": self._endpoints[service, load_balancer, port].port,
                    "status": listener.status,
                }
                for (service, load_balancer, port), listener in self._find_listeners().items()
            ]

    def dial(self) -> dict[str, str]:
        """Return where each listener really is: {"<DNS name or address>:<port>": "127.0.0.1:<tls_port>"}."""
        with self._world.lock:
            return {
                f"{listener.address}:{listener.port}": f"{HOST}:{self._endpoints[place].port}"
                for place, listener in self._find_listeners().items()
            }

    def close(self) -> None:
        """Stop serving; no thread and no socket is left."""
        with self._world.lock:
            for service in self._services.values():
                service.on_change.remove(self._follow)
            for endpoint in self._endpoints.values():
                endpoint.close()
            self._endpoints.clear()
        self._acceptor.close()
        self._connections.close()

    def _find_listeners(self) -> dict[Place, TlsListener]:
        return {
            (name, listener.load_balancer, listener.port): listener
            for name, service in self._services.items()
            for listener in service.tls_listeners()
        }

    def _follow(self) -> None:
        places = self._find_listeners()
        for place in self._endpoints.keys() - places.keys():
            self._endpoints.pop(place).close()
        for place in places:
            service, load_balancer, port = place
            if place not in self._endpoints:
                name = f"{service} {load_balancer} {port}"
                self._endpoints[place] = Endpoint(name, self._acceptor, self._connections, self._world.selection)
            self._endpoints[place].show(self._services[service].shown(load_balancer, port))
