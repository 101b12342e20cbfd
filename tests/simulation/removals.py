"""The invariants of deletion: nothing that a listener shows, nothing that was not retired ten minutes before."""

import json
from dataclasses import dataclass, field

from certdrop.state import keys
from fakecloud.world import World
from tests.flows.pipeline import BUCKET
from tests.simulation.breaking import expect
from tests.simulation.fingerprints import fingerprint_of, kept_at_clb

RETIRED_FOR = 600.0


@dataclass
class RemovalWatch:
    """Follows what CAS and CLB hold."""

    world: World
    held: dict[tuple[str, object], str] = field(default_factory=dict)  # where it lies -> SHA-256 of the leaf

    def look(self, action: str) -> None:
        """Check what a call took away."""
        before, self.held = self.held, self._hold()
        for where in before.keys() - self.held.keys():
            fingerprint = before[where]
            expect(fingerprint not in self._shown(), f"{action} deleted a certificate that is served")
            age = self._retired_for(where[0], fingerprint)
            expect(age >= RETIRED_FOR, f"{action} deleted what was retired {age:.0f} seconds before")

    def _hold(self) -> dict[tuple[str, object], str]:
        held: dict[tuple[str, object], str] = {}
        held |= {("cas", key): one.chain.leaf.sha256 for key, one in self.world.cas.certificates.items()}
        held |= {("clb", key): fingerprint for key, fingerprint in kept_at_clb(self.world).items()}
        return held

    def _shown(self) -> set[str]:
        kept = kept_at_clb(self.world)
        shown = {
            fingerprint_of(one.chain.pem)
            for listener in self.world.alb.listeners.values()
            for one in (listener.settings.default, *(other.certificate for other in listener.additional.values()))
            if one
        }
        for listener in self.world.clb.listeners.by_address.values():
            ids = [listener.settings["ServerCertificateId"], listener.settings.get("CACertificateId")]
            ids += [one.server_certificate_id for one in listener.extensions.values()]
            shown |= {kept[one] for one in ids if one}
        return shown

    def _retired_for(self, shelf: str, fingerprint: str) -> float:
        """Return for how many seconds a certificate is retired; less than none when it is not."""
        now = self.world.clock.now()
        return max(
            (
                (now - one.last_modified).total_seconds()
                for key, one in self.world.oss.buckets[BUCKET].objects.items()
                if key.startswith(f"{keys.RETIRED}{shelf}") and json.loads(one.body)["fingerprint"] == fingerprint
            ),
            default=-1.0,
        )
