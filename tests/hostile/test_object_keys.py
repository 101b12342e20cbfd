"""Names that somebody gives to objects: no drop is taken for another, for a report or for state/.

Each goes the whole way: from the event, or from the sweep when no event can name it, to the report.
"""

import pytest

from tests.flows.bundles import bundle
from tests.flows.pipeline import BUCKET, Pipeline

EC = bundle("odd.example", key="p-256")
SHOP = bundle(key="p-256")
LONGEST_KEY = 1023  # bytes of UTF-8 (OSS)

NAMES = {
    "dots": "..",
    "a dot": ".",
    "percent": "a%2Fb",
    "twice encoded": "a%252Fb",
    "plus": "a+b",
    "spaces": " shop ",
    "right to left": "\u202eshop\u202c",
    "another script": "商店",
    "composed otherwise": "cafe\u0301",
    "backslash": "a\\..\\b",
    "a query": "shop?x=1&y=2#z",
    "a key of state": "open.json",
    "quotes": "<b>'\"`$(id)",
    "the longest": "x" * 200,
    "200 of another script": "店" * 200,
}
REFUSED = {
    "line end": "sh\nop",
    "NUL": "sh\0op",
    "escape": "sh\x1b[2Jop",
    "201 characters": "x" * 201,
    "empty": "",
    "that of the targets' report": "targets.yml",
}


def drop(pipeline: Pipeline, name: str) -> None:
    for file, body in EC.files.items():
        pipeline.put(f"certs/{name}/{file.replace('_', '.')}", body)


def written(pipeline: Pipeline) -> set[str]:
    """Return the keys that lie outside of where users write."""
    everything = pipeline.world.oss.buckets[BUCKET].objects
    return {key for key in everything if not key.startswith(("certs/", "config/"))}


def assert_served(pipeline: Pipeline, name: str) -> None:
    assert pipeline.report(name)["drop"] == name
    assert pipeline.standings(name) == [("odd", "served", "")]
    assert pipeline.lines("unclassified") == []
    roots = {key.split("/")[0] for key in written(pipeline)}
    assert roots == {"state", "reports", "status"}
    assert {key.split("/")[1] for key in written(pipeline) if key.startswith("state/")} <= {
        *("bundles", "config", "deployments", "drops", "listeners", "open", "notices", "served", "survey"),
    }


@pytest.mark.parametrize("case", NAMES)
def test_a_drop_of_any_name_is_served_and_reported_under_it(case: str) -> None:
    pipeline = Pipeline()
    pipeline.targets(pipeline.alb_target("odd", drops=(NAMES[case],)))

    drop(pipeline, NAMES[case])
    pipeline.advance(11 * 60)  # a name that an event spells encoded is found by the sweep

    assert_served(pipeline, NAMES[case])


@pytest.mark.parametrize("case", REFUSED)
def test_a_drop_whose_name_cannot_be_logged_or_spelt_is_left_alone(case: str) -> None:
    pipeline = Pipeline()
    pipeline.targets(pipeline.alb_target("odd", drops=("odd",)))
    before = {key for key in written(pipeline) if not key.startswith(("status/", "state/survey/"))}

    drop(pipeline, REFUSED[case])
    pipeline.advance(11 * 60)

    assert {key for key in written(pipeline) if not key.startswith(("status/", "state/survey/"))} == before
    assert pipeline.mutations() == []
    assert pipeline.lines("unclassified") == []
    assert "not-ours" in {line["result"] for line in pipeline.lines("item")}


def test_names_that_look_alike_are_different_drops() -> None:
    """One as it is, one percent-encoded, one encoded twice, one composed otherwise, one with a space before it."""
    names = ("a b", "a%20b", "a%2520b", "a+b", "caf\u00e9", "cafe\u0301", "shop", " shop", "SHOP")
    pipeline = Pipeline()
    pipeline.targets(pipeline.alb_target("odd", drops=("a b",)))

    for name in names:
        pipeline.put(f"certs/{name}/cert.pem", f"not a certificate: {name!a}")
    pipeline.advance(15 * 60)

    assert {key for key in pipeline.keys("reports/") if "targets" not in key} == {
        f"reports/{name}.json" for name in names
    }
    assert [pipeline.report(name)["drop"] for name in names] == list(names)
    assert len({pipeline.report(name)["snapshot"] for name in names}) == len(names)


def test_files_of_odd_names_are_read_or_reported_as_ignored() -> None:
    pipeline = Pipeline()
    pipeline.targets(pipeline.alb_target("odd", drops=("shop",)))
    longest = "certs/shop/" + "x" * (LONGEST_KEY - len("certs/shop/.pem")) + ".pem"

    pipeline.put(longest, EC.fullchain)
    pipeline.put("certs/shop/\u202eyek.PEM", EC.key)
    ignored = ["certs/shop/ .pem ", "certs/shop/a.pem/", "certs/shop/a/../b.pem", "certs/shop/b.pem\n"]
    for key in ignored:
        pipeline.put(key, "not read")
    pipeline.put("certs/shop/", "")  # a folder, as consoles make them
    pipeline.advance(11 * 60)

    assert pipeline.standings() == [("odd", "served", "")]
    assert sorted(pipeline.report()["ignored"]) == sorted(key for key in ignored if not key.endswith("/"))


@pytest.mark.parametrize(
    "key", ["certs/", "certs/shop.pem", "certs//cert.pem", "certs/shop/", "certs/shop/deeper/cert.pem"]
)
def test_a_key_that_is_no_file_of_a_drop_causes_nothing(key: str) -> None:
    pipeline = Pipeline()
    pipeline.targets(pipeline.alb_target("odd", drops=("shop",)))

    pipeline.put(key, EC.fullchain)
    pipeline.advance(60)

    assert pipeline.keys("state/drops/") == []
    assert pipeline.mutations() == []
