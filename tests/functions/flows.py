"""Short flows, each with the outcome that it has under the shipped policies; together they use all that is granted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.flows.pipeline import Pipeline
from tests.functions import mutual_tls, rough, smooth
from tests.functions.reading import blog, shop


@dataclass(frozen=True)
class Flow:
    """One flow: *play* returns what came of it."""

    name: str
    play: Callable[[Pipeline], Any]
    outcome: Any

    def succeeds(self, pipeline: Pipeline) -> bool:
        """Play and say whether it came out as it must."""
        return bool(self.play(pipeline) == self.outcome)


SERVED = ("served", "")
SERVED_AGAIN = ("served", "settings-restored")
NEEDS_RSA = ("refused", "clb-needs-rsa")
FLOWS = (
    Flow("ALB default", smooth.alb_default, ([SERVED], [], 3)),
    Flow("ALB additional", smooth.alb_additional, ([SERVED], [])),
    Flow("ALB renewal", smooth.alb_renewal, (shop().fingerprint, [])),
    Flow("ALB renewed additional", smooth.alb_renewed_additional, (blog().fingerprint, 1)),
    Flow("CLB default", smooth.clb_default, ([SERVED], [])),
    Flow("CLB renewal", smooth.clb_renewal, (shop().fingerprint, [])),
    Flow("CLB extension", smooth.clb_extension, (blog().fingerprint, [SERVED])),
    Flow("CLB renewed extension", smooth.clb_renewed_extension, (blog().fingerprint, [SERVED])),
    Flow("CLB client CA", mutual_tls.clb_client_ca, ([SERVED], [SERVED], [SERVED])),
    Flow("ALB client CA", mutual_tls.alb_client_ca, ([SERVED], [SERVED])),
    Flow("refused by profile", rough.refused_by_profile, ([NEEDS_RSA], [NEEDS_RSA], [])),
    Flow("refused by CAS", rough.refused_by_cas, ([("refused", "CertificateNotMatchPrivateKey")], [], 0)),
    Flow("busy", rough.busy, 1),
    Flow("stalled", rough.stalled, ([("stalled", "QuotaExceeded")], [SERVED], [("stalled", "QuotaExceeded")])),
    Flow("guarded", rough.guarded, [("refused", "fewer-names")]),
    Flow("slot taken", rough.slot_taken, ([("refused", "slot-taken")], [])),
    Flow("superseded", rough.superseded, ([("superseded", "")], [])),
    Flow("removed from CAS", rough.removed_from_cas, (shop().fingerprint, blog().fingerprint)),
    Flow("lost requests", rough.lost_requests, ([SERVED], [SERVED])),
    Flow("killed", rough.killed, ([SERVED], 1)),
    Flow("waiting for a listener", rough.waiting_for_a_listener, [("stalled", "waited-too-long")]),
    Flow("ALB healed", rough.healed, (shop().fingerprint, [])),
    Flow("ALB settings healed", rough.alb_settings_healed, ([SERVED_AGAIN], 0)),
    Flow("CLB settings healed", rough.clb_settings_healed, ([SERVED_AGAIN], "white")),
    Flow("incomplete", smooth.incomplete, (1, 5)),
    Flow("told", smooth.told, (["deployment-served"], [])),
    Flow("swept", smooth.swept, [SERVED]),
    Flow("cleaned", smooth.cleaned, (1, 1, [])),
    Flow("rotated client CA cleaned", mutual_tls.rotated_client_ca_cleaned, (1, [])),
    Flow("discarded", smooth.discarded, ([], "accepted", [SERVED])),
    Flow("unusable", rough.unusable, ["refused"]),
    Flow("unreadable", rough.unreadable, 4),
)
