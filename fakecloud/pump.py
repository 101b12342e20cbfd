"""The thread that lets things happen when their time comes: it runs the agenda of a server's World."""

import logging
import threading

from fakecloud.app import App

_log = logging.getLogger("fakecloud")


class Pump:
    """Runs what is due in the app's World, whichever that is, and sleeps until the next thing or a change."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="fakecloud-pump", daemon=True)
        app.on_reset.append(self._wake.set)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is happening now ends first."""
        self._stopping = True
        self._wake.set()
        self._thread.join()
        self._app.on_reset.remove(self._wake.set)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            self._app.world.agenda.on_change = self._wake.set
            self._wake.wait(self._run_due())

    def _run_due(self) -> float | None:
        """Let everything happen that is due; return the seconds until the next thing, None for nothing planned."""
        world = self._app.world
        try:
            world.run_due()
        except Exception:  # noqa: BLE001 whatever breaks, time goes on
            _log.exception("fakecloud broke on its agenda")
            return 0
        with world.lock:
            due = world.agenda.next_due()
            return None if due is None else max(0.0, (due - world.clock.now()).total_seconds())
