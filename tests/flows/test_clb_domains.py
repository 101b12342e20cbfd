"""Further names of a CLB listener: which of them become extension domains, and what when they are too many."""

from typing import Any

from tests.flows.bundles import Made, bundle
from tests.flows.pipeline import Pipeline

MANY = ("a.example", "b.example", "c.example", "d.example")


def deploy(pipeline: Pipeline, made: Made, **more: Any) -> None:
    pipeline.targets(pipeline.clb_target(), pipeline.clb_target("more", role="additional", drops=("blog",), **more))
    pipeline.drop("shop", **bundle().files)
    pipeline.drop("blog", **made.files)
    pipeline.advance(600)


def extensions(pipeline: Pipeline) -> list[str]:
    listener = pipeline.world.clb.listeners.get_https(pipeline.world.region, pipeline.clb, 443)
    return [extension.domain for extension in listener.extensions.values()]


def shown(pipeline: Pipeline, name: str) -> str:
    return pipeline.dial(pipeline.world.clb.tls_listeners()[0].address, 443, name).fingerprint


def test_the_domains_of_the_target_become_extensions_and_no_other_names(pipeline: Pipeline) -> None:
    made = bundle(*MANY)

    deploy(pipeline, made, domains=["d.example", "b.example"])

    assert pipeline.standings("blog") == [("more", "served", "")]
    assert extensions(pipeline) == ["d.example", "b.example"]
    assert [shown(pipeline, name) == made.fingerprint for name in MANY] == [False, True, False, True]


def test_a_wildcard_that_is_a_name_of_the_certificate_becomes_an_extension(pipeline: Pipeline) -> None:
    made = bundle("*.blog.example", "blog.example")

    deploy(pipeline, made, domains=["*.blog.example"])

    assert pipeline.standings("blog") == [("more", "served", "")]
    assert extensions(pipeline) == ["*.blog.example"]
    assert shown(pipeline, "www.blog.example") == made.fingerprint


def test_a_wildcard_that_only_selects_leaves_every_name_to_become_an_extension(pipeline: Pipeline) -> None:
    made = bundle("one.blog.example", "two.blog.example")
    pipeline.targets(
        pipeline.clb_target(),
        pipeline.clb_target("more", role="additional", drops=(), domains=["*.blog.example"]),
    )
    pipeline.drop("shop", **bundle().files)
    pipeline.drop("blog", **made.files)
    pipeline.advance(600)

    assert sorted(extensions(pipeline)) == ["one.blog.example", "two.blog.example"]
    assert pipeline.standings("blog") == [("more", "served", "")]


def test_one_name_too_many_stalls_before_the_first_extension_and_says_how_to_go_on(pipeline: Pipeline) -> None:
    deploy(pipeline, bundle(*MANY))

    [deployment] = pipeline.report("blog")["deployments"]
    assert (deployment["status"], deployment["code"]) == ("stalled", "domain-extension-quota")
    assert "has 0 extension domains, this certificate needs 4 more, and 3 are allowed" in deployment["message"]
    assert extensions(pipeline) == []
    assert "CreateDomainExtension" not in pipeline.mutations()


def test_naming_fewer_domains_heals_what_was_too_much(pipeline: Pipeline) -> None:
    deploy(pipeline, bundle(*MANY))

    pipeline.targets(
        pipeline.clb_target(),
        pipeline.clb_target("more", role="additional", drops=("blog",), domains=["a.example", "b.example"]),
    )
    pipeline.advance(900)

    assert extensions(pipeline) == ["a.example", "b.example"]


def test_a_raised_quota_that_certdrop_is_told_of_takes_more() -> None:
    pipeline = Pipeline(environment={"CERTDROP_CLB_DOMAIN_EXTENSIONS": "5"})
    pipeline.world.clb.extensions.quota = 5
    with pipeline.client:
        deploy(pipeline, bundle(*MANY))

        assert pipeline.standings("blog") == [("more", "served", "")]
        assert sorted(extensions(pipeline)) == list(MANY)


def test_a_renewal_is_served_in_place_and_only_its_new_name_stalls(pipeline: Pipeline) -> None:
    deploy(pipeline, bundle(*MANY[:3], month=9))

    renewed = bundle(*MANY)
    pipeline.drop("blog", **renewed.files)
    pipeline.advance(600)

    assert [shown(pipeline, name) for name in MANY[:3]] == [renewed.fingerprint] * 3
    assert pipeline.standings("blog") == [("more", "stalled", "domain-extension-quota")]
