"""What only CLB targets say: extension domains, and the drop whose CA they trust."""

import pytest

from certdrop.deployment.targets import ClbTarget
from tests.unit.deployment.target_examples import bundle, target, targets


def clb_target_of(**keys: object) -> ClbTarget:
    (one,) = targets(target(clb="lb-1a", **keys)).targets
    assert isinstance(one, ClbTarget)
    return one


@pytest.mark.parametrize(
    ("domains", "names", "extensions"),
    [
        (["blog.example"], ["blog.example", "news.example"], ("blog.example",)),
        (["news.example", "blog.example"], ["blog.example", "news.example"], ("news.example", "blog.example")),
        (["*.shop.example"], ["*.shop.example", "shop.example"], ("*.shop.example",)),
        (["*.shop.example"], ["www.shop.example", "shop.example"], ()),
        (["www.shop.example"], ["*.shop.example"], ("www.shop.example",)),
        (["*.shop.example", "blog.example"], ["www.shop.example", "blog.example"], ("blog.example",)),
        (["other.example"], ["blog.example"], ()),
        ([], ["blog.example"], ()),
    ],
)
def test_domains_that_the_certificate_serves_become_extension_domains(
    domains: list[str], names: list[str], extensions: tuple[str, ...]
) -> None:
    one = clb_target_of(role="additional", domains=domains)

    assert one.extension_domains(bundle(*names)) == extensions


def test_a_target_of_role_default_has_no_extension_domains() -> None:
    assert clb_target_of(domains=["blog.example"]).extension_domains(bundle("blog.example")) == ()


def test_a_ca_drop_is_trusted_by_every_clb_target_that_names_it() -> None:
    all_targets = targets(
        target(name="a", clb="lb-1a", client_ca={"drop": "partners"}),
        target(name="b", clb="lb-1b", client_ca={"drop": "others"}),
        target(name="c", clb="lb-1a", port=8443, role="additional", client_ca={"drop": "partners"}),
        target(name="d", drops=["partners"]),
    )

    assert [one.name for one in all_targets.trusting("partners")] == ["a", "c"]
