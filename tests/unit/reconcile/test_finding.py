"""Bundles are found in CAS. What it told of an id that a listener shows is kept; what is yet to be put is asked."""

from dataclasses import replace
from types import SimpleNamespace

from certdrop.cloud.alb_answers import ListenerCertificate
from certdrop.deployment.observations import SeenListener
from certdrop.deployment.places import Listener
from certdrop.deployment.work import OpenWork, SeenWork
from certdrop.reconcile.finding import ONE_BY_ONE, find_in_cas
from certdrop.reconcile.observing import observe
from certdrop.reconcile.observing_alb import describe_alb, read_alb
from tests.flows.bundles import bundle
from tests.unit.deployment.builders import NOW
from tests.unit.reconcile.alb_answers import alb_listener, certificate, with_alb
from tests.unit.reconcile.town import Town, facts_of

EC = bundle(key="p-256")
OTHER = bundle("other.example", key="p-256", number=1)
PORT = Listener(service="alb", load_balancer="alb-1", port=443)


def see(town: Town, *shown: ListenerCertificate) -> SeenListener:
    house, alb = with_alb(town, [alb_listener()], *shown)
    read = read_alb(alb, PORT)
    assert read
    return describe_alb(house, read, {})


def test_what_cas_told_of_a_certificate_that_is_shown_where_it_is_wanted_is_not_asked_again(town: Town) -> None:
    identifier = town.import_to_cas(EC)
    house, facts = town.house(), facts_of(EC)

    def find(*shown: str, retired: tuple[str, ...] = ()) -> tuple[set[str], int]:
        before = town.tried("ListCertificates")
        found = find_in_cas(house, [facts], retired, {EC.fingerprint: shown})
        return set(found), town.tried("ListCertificates") - before

    assert find(identifier) == ({EC.fingerprint}, 1)
    assert find(identifier) == ({EC.fingerprint}, 0)
    assert find("another", identifier) == ({EC.fingerprint}, 0)
    assert find() == ({EC.fingerprint}, 1)
    assert find(identifier, retired=(identifier,)) == (set(), 1)


def test_a_certificate_is_shown_where_it_is_wanted_in_every_slot_that_it_is_for_and_settled(town: Town) -> None:
    identifier = town.import_to_cas(EC)
    default, additional = town.work(EC), town.work(EC, slot="additional")

    def asks(works: list[OpenWork], *shown: ListenerCertificate) -> int:
        _, alb = with_alb(town, [alb_listener()], *shown)
        cloud = SimpleNamespace(alb=lambda region: alb, cas=town.house().cloud.cas)
        house = replace(town.house(), cloud=cloud)  # type: ignore[arg-type]
        before = town.tried("ListCertificates")
        observe(house, PORT, [SeenWork(one, NOW) for one in works], None)
        return town.tried("ListCertificates") - before

    as_default, as_additional = certificate(identifier, IsDefault=True), certificate(identifier)
    assert asks([default], as_default) == 1
    assert asks([default], as_default) == 0
    assert asks([additional], as_additional) == 0
    assert asks([additional], as_default) == 1
    assert asks([default, additional], as_default, as_additional) == 0
    assert asks([default, additional], as_default) == 1
    assert asks([additional], certificate(identifier, Status="Dissociating")) == 1


def test_what_a_listener_shows_beside_what_is_wanted_is_asked_once(town: Town) -> None:
    identifier = town.import_to_cas(EC, "mine")

    first = see(town, certificate(identifier))
    again = see(town, certificate(identifier))

    assert first == again
    assert town.tried("ListCertificates") == 1
    see(town, certificate(identifier), certificate("gone"))
    see(town, certificate(identifier), certificate("gone"))
    assert town.tried("ListCertificates") == 3


def test_many_bundles_are_found_in_one_list(town: Town) -> None:
    many = [bundle(f"{number}.example", key="p-256", number=number) for number in range(ONE_BY_ONE + 1)]
    for made in many[1:]:
        town.import_to_cas(made)

    def find(count: int) -> tuple[set[str], int]:
        before = town.tried("ListCertificates")
        found = find_in_cas(town.house(), [facts_of(made) for made in many[:count]])
        return set(found), town.tried("ListCertificates") - before

    fingerprints = [made.fingerprint for made in many]
    assert find(ONE_BY_ONE) == (set(fingerprints[1:ONE_BY_ONE]), ONE_BY_ONE)
    assert find(ONE_BY_ONE + 1) == (set(fingerprints[1:]), 1)


def test_without_any_certificate_of_ours_many_bundles_are_not_there(town: Town) -> None:
    wanted = [facts_of(bundle(f"{number}.example", key="p-256", number=number)) for number in range(ONE_BY_ONE + 1)]

    assert find_in_cas(town.house(), wanted) == {}


def test_a_bundle_is_in_cas_under_its_name_with_its_fingerprint(town: Town) -> None:
    town.import_to_cas(EC)
    town.import_to_cas(EC, facts_of(OTHER).cas_name)

    assert set(find_in_cas(town.house(), [facts_of(EC), facts_of(OTHER)])) == {EC.fingerprint}
