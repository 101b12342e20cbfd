"""What the extension domains of a CLB listener still need: one name, one certificate each, and few of them."""

from collections.abc import Sequence

from certdrop.deployment.observations import Extension, Observation, SeenListener, ShownCertificate
from certdrop.deployment.operations import StallOf
from certdrop.deployment.slots import Settled, by_deployment, drop_superseded, replaced_in, shows
from certdrop.deployment.succession import succeeds, uncovered
from certdrop.deployment.work import SeenWork

QUOTA = "domain-extension-quota"


def settle_extensions(works: Sequence[SeenWork], seen: Observation, listener: SeenListener) -> Settled:
    """Compare the wanted certificates of a CLB listener with its domain extensions, domain by domain.

    What is there is set in place first. Before the first one is created, the quota must hold for all that are missing;
    the oldest work comes first. Of several causes of one deployment, the newest targets say the domains.
    """
    settled = Settled()
    present = {extension.domain: extension for extension in listener.extensions}
    taken = set(present)
    newest = {deployment: causes[0] for deployment, causes in by_deployment(works).items()}
    rest = drop_superseded(works, settled, replaced_in(seen))
    for work in sorted(rest, key=lambda one: (one.opened, one.deployment)):
        domains = domains_of(newest[work.deployment], listener)
        lacking = [one for one in domains if not _shows(present.get(one), work, seen)]
        blocking = [present[one] for one in lacking if one in present and not _gives_way(present[one], work)]
        in_place = [one for one in lacking if one in present]
        if not lacking:
            settled.satisfied.append(work)
        elif blocking:
            _settle_blocked(work, blocking[0].certificate, settled)
        elif in_place or len(taken | set(lacking)) <= seen.limits.domain_extensions:
            taken.update(lacking)
            domain = (in_place or lacking)[0]
            settled.needing.append(work)
            settled.extensions.append((work, domain, present.get(domain)))
        else:
            settled.stalls.append(
                _over_quota(work, len(present), len(set(lacking) - taken), seen.limits.domain_extensions)
            )
    return settled


def domains_of(work: SeenWork, listener: SeenListener) -> tuple[str, ...]:
    """Return the extension domains of a work: those of its target, else the names that the default does not serve."""
    default = listener.default.facts.names if listener.default and listener.default.facts else ()
    return work.work.domains or uncovered(work.facts.names, default)


def _over_quota(work: SeenWork, present: int, missing: int, quota: int) -> StallOf:
    return StallOf(
        work,
        QUOTA,
        f"the listener has {present} extension domains, this certificate needs {missing} more, and {quota} are allowed",
        "name fewer `domains:` in the target or delete extension domains; or have slb_quota_domain_extensions_num "
        "raised in the Quota Center and tell certdrop by CERTDROP_CLB_DOMAIN_EXTENSIONS",
    )


def _shows(extension: Extension | None, work: SeenWork, seen: Observation) -> bool:
    return extension is not None and shows(extension.certificate, work, seen)


def _gives_way(extension: Extension, work: SeenWork) -> bool:
    facts = extension.certificate.facts
    if facts is None:
        return False
    return succeeds(work.facts, facts) or (work.work.heals and not succeeds(facts, work.facts))


def _settle_blocked(work: SeenWork, shown: ShownCertificate, settled: Settled) -> None:
    if shown.facts is None:
        settled.puzzle([work], shown)
    elif succeeds(shown.facts, work.facts):
        settled.supersede([work], shown.label or shown.certificate_id)
    else:
        settled.take([work], shown.label or shown.certificate_id)
