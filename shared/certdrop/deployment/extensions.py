"""What the extension domains of a CLB listener still need: one name, one certificate each, and few of them."""

from collections.abc import Mapping, Sequence

from certdrop.deployment.observations import Extension, Observation, SeenListener
from certdrop.deployment.operations import StallOf
from certdrop.deployment.slots import Settled, by_deployment, defer_replaced, find_undeferred, replaced_in, shows
from certdrop.deployment.succession import uncovered
from certdrop.deployment.work import SeenWork

QUOTA = "domain-extension-quota"


def settle_extensions(works: Sequence[SeenWork], seen: Observation, listener: SeenListener) -> Settled:
    """Compare the wanted certificates of a CLB listener with its domain extensions, domain by domain.

    What is there is set in place first. Before the first one is created, the quota must hold for all that are missing;
    the oldest work comes first. Of several causes of one deployment, the newest targets say the domains.
    """
    settled = Settled()
    present = {extension.domain: extension for extension in listener.extensions}
    newest = {deployment: causes[0] for deployment, causes in by_deployment(works).items()}
    lacking = {
        deployment: [one for one in domains_of(work, listener) if not _shows(present.get(one), work, seen)]
        for deployment, work in newest.items()
    }
    wanted = defer_replaced(works, settled, replaced_in(seen))
    free = [work for work in wanted if _is_free(work, lacking[work.deployment], present, settled)]
    rest = find_undeferred(free, seen)
    taken = set(present)
    for work in sorted(rest, key=lambda one: (one.opened, one.deployment)):
        missing = lacking[work.deployment]
        in_place = [one for one in missing if one in present]
        if not missing:
            settled.satisfied.append(work)
        elif in_place or len(taken | set(missing)) <= seen.limits.domain_extensions:
            taken.update(missing)
            domain = (in_place or missing)[0]
            settled.needing.append(work)
            settled.extensions.append((work, domain, present.get(domain)))
        else:
            settled.stalls.append(
                _over_quota(work, len(present), len(set(missing) - taken), seen.limits.domain_extensions)
            )
    return settled


def _is_free(work: SeenWork, missing: Sequence[str], present: Mapping[str, Extension], settled: Settled) -> bool:
    """Tell whether *work* may take every domain that it is missing; it has ended where it may not."""
    return all(settled.settle_beside(work, present[one].certificate) for one in missing if one in present)


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
