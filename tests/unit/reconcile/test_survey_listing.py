"""What a survey lists: every certificate that a listener serves, whoever brought it, for as long as there is time."""

from typing import Any

from fakecloud.alb.changes import Changes
from tests.flows.bundles import bundle
from tests.unit.reconcile.stock import NEW, copy_to_clb, keep, show_at_clb
from tests.unit.reconcile.town import Town

BLOG = bundle("blog.example")


def survey(town: Town, minutes: int = 5) -> Any:
    """Let the survey come, and return what it found, by listener."""
    for _ in range(minutes):
        town.advance(60)
        town.tick()
    return town.read("state/survey/listeners.json")["listeners"]


def test_the_extension_domains_of_clb_are_listed_with_what_they_show(town: Town) -> None:
    town.targets(town.target("clb"))
    keep(town, NEW)
    keep(town, BLOG)
    show_at_clb(town, copy_to_clb(town, NEW))
    extension = copy_to_clb(town, BLOG)
    town.world.clb.extensions.create_domain_extension(town.world.region, town.clb, 443, "blog.example", extension)

    [found] = survey(town).values()

    assert [(one["slot"], one["domain"], one["names"]) for one in found["certificates"]] == [
        ("default", "", ["shop.example", "www.shop.example"]),
        ("additional", "blog.example", ["blog.example"]),
    ]


def test_a_port_that_another_listener_without_tls_has_serves_no_certificate(town: Town) -> None:
    town.targets(town.target())
    town.world.alb.create_listener(town.alb, "HTTP", 443, Changes(server_groups=(town.group,)))

    [found] = survey(town).values()

    assert (found["status"], found["certificates"]) == ("running", [])


def test_listeners_that_there_is_no_time_for_are_surveyed_in_the_next_minute(town: Town) -> None:
    town.targets(town.target(), town.target("clb", "other"))
    for _ in range(4):
        town.advance(60)
        town.tick()
    town.advance(60)
    town.on_sight("ListListeners", "after", lambda: setattr(town, "time_left", 19.0))
    first = town.tick().fields["surveyed"]
    town.time_left = 60.0
    town.advance(60)

    assert (first, town.tick().fields["surveyed"]) == (1, 1)
