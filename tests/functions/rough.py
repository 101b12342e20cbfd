"""Flows in which something is wrong: what is dropped, what others did, or the cloud."""

from typing import Any

from fakecloud.alb.changes import Changes
from fakecloud.faults import Fault
from tests.flows import hands
from tests.flows.bundles import bundle
from tests.flows.pipeline import POLLER, Killed, Pipeline, troubled
from tests.functions.reading import blog, dialed, shop, statuses


def refused_by_profile(pipeline: Pipeline) -> Any:
    """CLB takes no EC keys: neither as default nor for an extension domain."""
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **bundle(key="p-256").files)
    pipeline.drop("blog", **bundle("blog.example", key="p-256").files)
    pipeline.advance(120)
    return statuses(pipeline), statuses(pipeline, "blog"), pipeline.keys("state/open/")


def refused_by_cas(pipeline: Pipeline) -> Any:
    pipeline.world.faults.add(
        Fault("cas", "UploadUserCertificate", status=400, code="CertificateNotMatchPrivateKey"),
    )
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **shop().files)
    pipeline.advance(20)
    return statuses(pipeline), pipeline.keys("state/open/"), len(pipeline.world.cas.certificates)


def busy(pipeline: Pipeline) -> Any:
    """CAS is down when the drop comes; it is asked again long before the poller's minute."""
    pipeline.world.faults.add(Fault("cas", "UploadUserCertificate"))
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **shop().files)
    pipeline.advance(50)
    return len(pipeline.world.alb.tls_listeners())


def stalled(pipeline: Pipeline) -> Any:
    """Three failures and the work stalls, which the drop's report tells."""
    for action in ("CreateListener", "AssociateAdditionalCertificatesWithListener"):
        pipeline.world.faults.add(Fault("alb", action, status=400, code="QuotaExceeded", times=3))
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **shop().files)
    pipeline.drop("blog", **blog().files)
    pipeline.advance(50)
    before = statuses(pipeline)
    pipeline.advance(250)
    return before, statuses(pipeline), statuses(pipeline, "blog")


def slot_taken(pipeline: Pipeline) -> Any:
    """Another drop wants the slot that is served."""
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("late", drops=("late",)))
    pipeline.drop("shop", **shop().files)
    pipeline.advance(70)
    pipeline.drop("late", **bundle("late.example").files)
    pipeline.advance(30)
    return statuses(pipeline, "late"), pipeline.keys("state/open/")


def guarded(pipeline: Pipeline) -> Any:
    """Nobody but the listener itself knows the names of what somebody put into the default slot."""
    standing = bundle("shop.example", "www.shop.example", "api.shop.example", month=8)
    changes = Changes(default_certificate=hands.import_into_cas(pipeline, standing), server_groups=(pipeline.group,))
    pipeline.world.alb.create_listener(pipeline.alb, "HTTPS", 443, changes)
    pipeline.advance(20)
    pipeline.world.cas.certificates.clear()
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **shop().files)
    pipeline.advance(70)
    return statuses(pipeline)


def superseded(pipeline: Pipeline) -> Any:
    """An older additional certificate comes after the newer one."""
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **shop().files)
    pipeline.drop("blog", **blog().files)
    pipeline.advance(130)
    pipeline.drop("blog", **blog(9).files)
    pipeline.advance(30)
    return statuses(pipeline, "blog"), pipeline.keys("state/open/")


def removed_from_cas(pipeline: Pipeline) -> Any:
    """Somebody deletes the certificates before the listeners' owners look; they are imported again at once."""
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **shop(9).files)
    pipeline.advance(70)
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **shop().files)
    pipeline.drop("blog", **blog().files)
    pipeline.advance(1)
    for certificate_id in list(pipeline.world.cas.certificates)[1:]:
        del pipeline.world.cas.certificates[certificate_id]
    pipeline.advance(45)
    return dialed(pipeline), dialed(pipeline, "blog.example")


def lost_requests(pipeline: Pipeline) -> Any:
    """Requests are lost; the poller asks again."""
    pipeline.targets(pipeline.alb_target(), pipeline.alb_target("more", role="additional", drops=("blog",)))
    pipeline.drop("shop", **shop().files)
    lose_requests(pipeline)
    pipeline.advance(130)
    pipeline.drop("blog", **blog().files)
    lose_requests(pipeline)
    pipeline.advance(110)
    return statuses(pipeline), statuses(pipeline, "blog")


def lose_requests(pipeline: Pipeline) -> None:
    """Let what on-cert-uploaded asks for reach nobody."""
    pipeline.advance(1)
    pipeline.copies = 0
    pipeline.advance(10)
    pipeline.copies = 1


def killed(pipeline: Pipeline) -> Any:
    """Whoever creates the listener dies before it is noted, each time; the poller notes it."""

    def kill(number: int, when: str) -> None:
        sent = pipeline.wire.sent[number - 1]
        if when == "after" and (sent.function, sent.label) == ("create-https-listener", "CreateListener"):
            deaths.append(number)
        if deaths and sent.function == "create-https-listener":
            raise Killed

    deaths: list[int] = []
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("shop", **shop().files)
    with troubled(pipeline, kill):
        pipeline.advance(200)
    return statuses(pipeline), len(deaths)


def waiting_for_a_listener(pipeline: Pipeline) -> Any:
    """Nobody creates the listener that an additional certificate waits for: after 15 minutes that is told."""
    pipeline.targets(pipeline.alb_target("more", role="additional"))
    pipeline.drop("shop", **shop().files)
    pipeline.advance(1000)
    return statuses(pipeline)


def healed(pipeline: Pipeline) -> Any:
    """Somebody stops the listener; the survey finds it, and it is started again."""
    pipeline.targets(pipeline.alb_target(heal=True))
    pipeline.drop("shop", **shop().files)
    pipeline.advance(130)
    if not dialed(pipeline):
        return None
    hands.stop(pipeline, "alb")
    pipeline.advance(300)
    return dialed(pipeline), pipeline.keys("state/open/")


def alb_settings_healed(pipeline: Pipeline) -> Any:
    """Somebody changes where the listener forwards to and how it speaks TLS; what the target names is put right."""
    target = pipeline.alb_target(heal=True)
    target["listener"]["security_policy"] = "tls_cipher_policy_1_2"
    pipeline.targets(target)
    pipeline.drop("shop", **shop().files)
    pipeline.advance(130)
    other = pipeline.world.alb.create_server_group().id
    changes = Changes(server_groups=(other,), security_policy="tls_cipher_policy_1_0")
    pipeline.world.alb.update_listener_attribute(hands.alb_listener(pipeline).id, changes)
    pipeline.advance(300)
    return statuses(pipeline), len(pipeline.keys("state/open/"))


def clb_settings_healed(pipeline: Pipeline) -> Any:
    """Somebody changes whom the listener lets in; the target names it, and it is put right."""
    target = pipeline.clb_target(heal=True)
    target["listener"]["acl"] = {"id": pipeline.world.clb.create_access_control_list(), "type": "white"}
    pipeline.targets(target)
    pipeline.drop("shop", **shop().files)
    pipeline.advance(130)
    hands.set_clb(pipeline, AclType="black")
    pipeline.advance(300)
    (listener,) = pipeline.world.clb.listeners.by_address.values()
    return statuses(pipeline), listener.settings["AclType"]


def unusable(pipeline: Pipeline) -> Any:
    pipeline.targets(pipeline.alb_target())
    pipeline.drop("bad", cert_pem="no certificate at all")
    pipeline.advance(150)
    return [pipeline.report(name)["verdict"] for name in ("bad",) if pipeline.keys(f"reports/{name}.json")]


def unreadable(pipeline: Pipeline) -> Any:
    """Whoever hears what cannot be read puts it away, once."""
    for queue in ("certdrop-drops", "certdrop-listeners", "certdrop-associations"):
        pipeline.world.mns.queues[queue].send("not a request")
    pipeline.world.fc.invoke_async(POLLER, b"not a timer's event")
    pipeline.advance(30)
    return len(pipeline.world.mns.queues["certdrop-dead-letters"].messages)
