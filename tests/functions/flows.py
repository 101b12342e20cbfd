"""Short flows, each with the outcome that it has under the shipped policies; together they use all that is granted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakecloud.faults import Fault
from tests.flows import hands
from tests.flows.bundles import Made, bundle
from tests.flows.pipeline import POLLER, Killed, Pipeline, troubled
from tests.flows.receiver import Receiver
from tests.functions.mutual_tls import alb_client_ca, clb_client_ca


@dataclass(frozen=True)
class Flow:
    """One flow: *play* returns what came of it."""

    name: str
    play: Callable[[Pipeline], Any]
    outcome: Any

    def succeeds(self, pipeline: Pipeline) -> bool:
        """Play and say whether it came out as it must."""
        return bool(self.play(pipeline) == self.outcome)


def _shop(month: int = 10) -> Made:
    return bundle(month=month)


def _blog(month: int = 10) -> Made:
    return bundle("blog.example", month=month)


def _statuses(pipeline: Pipeline, drop: str = "shop") -> list[tuple[str, str]]:
    """Return (status, code) of a drop's deployments, none without a report."""
    if not pipeline.keys(f"reports/{drop}.json"):
        return []
    return sorted((status, code) for _, status, code in pipeline.standings(drop))


def _dialed(pipeline: Pipeline, name: str | None = None) -> str:
    """Return the fingerprint that the one listener shows, nothing when there is none that runs."""
    for listener in (*pipeline.world.alb.tls_listeners(), *pipeline.world.clb.tls_listeners()):
        if listener.status.lower() == "running":
            return pipeline.dial(listener.address, 443, name).fingerprint
    return ""


def _alb_default(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(70)
    return _statuses(pipeline), pipeline.keys("state/open/"), len(pipeline.keys("status/"))


def _alb_additional(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **_shop().files)
    pipeline.drop("blog", **_blog().files)
    pipeline.advance(130)
    return _statuses(pipeline, "blog"), pipeline.keys("state/open/")


def _alb_renewal(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **_shop(9).files)
    pipeline.advance(70)
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(70)
    return _dialed(pipeline), pipeline.keys("state/open/")


def _alb_renewed_additional(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **_shop().files)
    pipeline.drop("blog", **_blog(9).files)
    pipeline.advance(130)
    pipeline.drop("blog", **_blog().files)
    pipeline.advance(190)
    shown = pipeline.world.alb.shown(pipeline.alb, 443)
    return _dialed(pipeline, "blog.example"), len(shown.additional) if shown else 0


def _clb_default(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.clb_target())
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(120)
    return _statuses(pipeline), pipeline.keys("state/open/")


def _clb_renewal(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.clb_target())
    pipeline.drop("shop", **_shop(9).files)
    pipeline.advance(120)
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(120)
    return _dialed(pipeline), pipeline.keys("state/open/")


def _clb_extension(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **_shop().files)
    pipeline.drop("blog", **_blog().files)
    pipeline.advance(240)
    return _dialed(pipeline, "blog.example"), _statuses(pipeline, "blog")


def _clb_renewed_extension(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **_shop().files)
    pipeline.drop("blog", **_blog(9).files)
    pipeline.advance(240)
    pipeline.drop("blog", **_blog().files)
    pipeline.advance(180)
    return _dialed(pipeline, "blog.example"), _statuses(pipeline, "blog")


def _refused_by_profile(pipeline: Pipeline) -> Any:
    """CLB takes no EC keys: neither as default nor for an extension domain."""
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.drop("blog", **bundle("blog.example", key="p-256").files)
    pipeline.advance(120)
    return _statuses(pipeline), _statuses(pipeline, "blog"), pipeline.keys("state/open/")


def _refused_by_cas(pipeline: Pipeline) -> Any:
    pipeline.world.faults.add(
        Fault("cas", "UploadUserCertificate", status=400, code="CertificateNotMatchPrivateKey"),
    )
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(20)
    return _statuses(pipeline), pipeline.keys("state/open/"), len(pipeline.world.cas.certificates)


def _busy(pipeline: Pipeline) -> Any:
    """CAS is down when the drop comes; it is asked again long before the poller's minute."""
    pipeline.world.faults.add(Fault("cas", "UploadUserCertificate"))
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(50)
    return len(pipeline.world.alb.tls_listeners())


def _stalled(pipeline: Pipeline) -> Any:
    """Three failures and the work stalls, which the drop's report tells."""
    for action in ("CreateListener", "AssociateAdditionalCertificatesWithListener"):
        pipeline.world.faults.add(Fault("alb", action, status=400, code="QuotaExceeded", times=3))
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **_shop().files)
    pipeline.drop("blog", **_blog().files)
    pipeline.advance(50)
    shop = _statuses(pipeline)
    pipeline.advance(250)
    return shop, _statuses(pipeline), _statuses(pipeline, "blog")


def _slot_taken(pipeline: Pipeline) -> Any:
    """Another drop wants the slot that is served."""
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("late", drops=("late",)))
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(70)
    pipeline.drop("late", **bundle("late.example").files)
    pipeline.advance(30)
    return _statuses(pipeline, "late"), pipeline.keys("state/open/")


def _superseded(pipeline: Pipeline) -> Any:
    """An older additional certificate comes after the newer one."""
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **_shop().files)
    pipeline.drop("blog", **_blog().files)
    pipeline.advance(130)
    pipeline.drop("blog", **_blog(9).files)
    pipeline.advance(30)
    return _statuses(pipeline, "blog"), pipeline.keys("state/open/")


def _removed_from_cas(pipeline: Pipeline) -> Any:
    """Somebody deletes the certificates before the listeners' owners look; they are imported again at once."""
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **_shop(9).files)
    pipeline.advance(70)
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **_shop().files)
    pipeline.drop("blog", **_blog().files)
    pipeline.advance(1)
    for certificate_id in list(pipeline.world.cas.certificates)[1:]:
        del pipeline.world.cas.certificates[certificate_id]
    pipeline.advance(45)
    return _dialed(pipeline), _dialed(pipeline, "blog.example")


def _lost_requests(pipeline: Pipeline) -> Any:
    """Requests are lost; the poller asks again."""
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **_shop().files)
    _lose_requests(pipeline)
    pipeline.advance(130)
    pipeline.drop("blog", **_blog().files)
    _lose_requests(pipeline)
    pipeline.advance(110)
    return _statuses(pipeline), _statuses(pipeline, "blog")


def _lose_requests(pipeline: Pipeline) -> None:
    """Let what on-cert-uploaded asks for reach nobody."""
    pipeline.advance(1)
    pipeline.copies = 0
    pipeline.advance(10)
    pipeline.copies = 1


def _killed(pipeline: Pipeline) -> Any:
    """Whoever creates the listener dies before it is noted, each time; the poller notes it."""

    def kill(number: int, when: str) -> None:
        sent = pipeline.wire.sent[number - 1]
        if when == "after" and (sent.function, sent.label) == ("create-https-listener", "CreateListener"):
            killed.append(number)
        if killed and sent.function == "create-https-listener":
            raise Killed

    killed: list[int] = []
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **_shop().files)
    with troubled(pipeline, kill):
        pipeline.advance(200)
    return _statuses(pipeline), len(killed)


def _waiting_for_a_listener(pipeline: Pipeline) -> Any:
    """Nobody creates the listener that an additional certificate waits for: after 15 minutes that is told."""
    pipeline.targets(pipeline.alb_target("more", role="additional"))
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(1000)
    return _statuses(pipeline)


def _told(pipeline: Pipeline) -> Any:
    """What ends is told to a webhook."""
    pipeline.webhook = Receiver()
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(70)
    return pipeline.webhook.told(), pipeline.keys("state/open/")


def _swept(pipeline: Pipeline) -> Any:
    """Files that lay there before the targets; their event was for nobody."""
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(20)
    pipeline.targets(pipeline.alb_target())
    pipeline.advance(80)
    return _statuses(pipeline)


def _healed(pipeline: Pipeline) -> Any:
    """Somebody stops the listener; the survey finds it, and it is started again."""
    pipeline.targets(pipeline.alb_target(heal=True))
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(130)
    if not _dialed(pipeline):
        return None
    hands.stop(pipeline, "alb")
    pipeline.advance(300)
    return _dialed(pipeline), pipeline.keys("state/open/")


def _incomplete(pipeline: Pipeline) -> Any:
    """A key is missing: the drop waits, and is judged again two minutes later, though no file comes."""
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", fullchain_pem=_shop().fullchain)
    pipeline.advance(150)
    return len(pipeline.keys("reports/shop.json")), len(pipeline.keys("state/drops/shop/"))


def _unusable(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("bad", cert_pem="no certificate at all")
    pipeline.advance(150)
    return [pipeline.report(name)["verdict"] for name in ("bad",) if pipeline.keys(f"reports/{name}.json")]


def _unreadable(pipeline: Pipeline) -> Any:
    """Whoever hears what cannot be read puts it away, once."""
    for queue in ("certdrop-drops", "certdrop-listeners", "certdrop-associations"):
        pipeline.world.mns.queues[queue].send("not a request")
    pipeline.world.fc.invoke_async(POLLER, b"not a timer's event")
    pipeline.advance(30)
    return len(pipeline.world.mns.queues["certdrop-dead-letters"].messages)


def _cleaned(pipeline: Pipeline) -> Any:
    """What was renewed is deleted from CLB and CAS after its grace, and nobody marks it any more."""
    pipeline.targets(pipeline.clb_target(), cleanup="superseded")
    pipeline.drop("shop", **_shop(9).files)
    pipeline.advance(120)
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(120)
    for days in (1, 0, 8, 0, 1, 0, 2, 0):  # a second look comes eleven minutes after each
        pipeline.leap(days * 86400 or 660)
        pipeline.memories[POLLER].cleaning.due = pipeline.world.clock.now()
        pipeline.tick()
    world = pipeline.world
    marks = pipeline.keys("state/retired/") + pipeline.keys("state/unused/")
    return len(world.clb.certificates.server), len(world.cas.certificates), marks


def _discarded(pipeline: Pipeline) -> Any:
    """Once a drop is served its key is deleted, and what is left keeps its verdict."""
    pipeline.targets(pipeline.alb_target(), keys="delete")
    pipeline.drop("shop", **_shop().files)
    pipeline.advance(1300)
    return pipeline.keys("certs/shop/privkey.pem"), pipeline.report("shop")["verdict"], _statuses(pipeline)


SERVED = ("served", "")
NEEDS_RSA = ("refused", "clb-needs-rsa")
FLOWS = (
    Flow("ALB default", _alb_default, ([SERVED], [], 3)),
    Flow("ALB additional", _alb_additional, ([SERVED], [])),
    Flow("ALB renewal", _alb_renewal, (_shop().fingerprint, [])),
    Flow("ALB renewed additional", _alb_renewed_additional, (_blog().fingerprint, 1)),
    Flow("CLB default", _clb_default, ([SERVED], [])),
    Flow("CLB renewal", _clb_renewal, (_shop().fingerprint, [])),
    Flow("CLB extension", _clb_extension, (_blog().fingerprint, [SERVED])),
    Flow("CLB renewed extension", _clb_renewed_extension, (_blog().fingerprint, [SERVED])),
    Flow("CLB client CA", clb_client_ca, ([SERVED], [SERVED], [SERVED])),
    Flow("ALB client CA", alb_client_ca, ([SERVED], [SERVED])),
    Flow("refused by profile", _refused_by_profile, ([NEEDS_RSA], [NEEDS_RSA], [])),
    Flow("refused by CAS", _refused_by_cas, ([("refused", "CertificateNotMatchPrivateKey")], [], 0)),
    Flow("busy", _busy, 1),
    Flow("stalled", _stalled, ([("stalled", "QuotaExceeded")], [SERVED], [("stalled", "QuotaExceeded")])),
    Flow("slot taken", _slot_taken, ([("refused", "slot-taken")], [])),
    Flow("superseded", _superseded, ([("superseded", "")], [])),
    Flow("removed from CAS", _removed_from_cas, (_shop().fingerprint, _blog().fingerprint)),
    Flow("lost requests", _lost_requests, ([SERVED], [SERVED])),
    Flow("killed", _killed, ([SERVED], 1)),
    Flow("waiting for a listener", _waiting_for_a_listener, [("stalled", "waited-too-long")]),
    Flow("ALB healed", _healed, (_shop().fingerprint, [])),
    Flow("incomplete", _incomplete, (1, 5)),
    Flow("told", _told, (["deployment-served"], [])),
    Flow("swept", _swept, [SERVED]),
    Flow("cleaned", _cleaned, (1, 1, [])),
    Flow("discarded", _discarded, ([], "accepted", [SERVED])),
    Flow("unusable", _unusable, ["refused"]),
    Flow("unreadable", _unreadable, 4),
)
