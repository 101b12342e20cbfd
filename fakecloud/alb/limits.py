"""ALB's limits in one table. A test that needs another one sets it in `world.alb.limits`."""

from dataclasses import dataclass, field


@dataclass
class Limits:
    """How much of what. Quotas are the defaults for an account, by edition where they differ.

    Documented: certificates and listeners of an instance, 15 certificates an association call, 20 a dissociation call,
    timeouts (a raised quota goes up to 3600 s), lists, pages. Users met a refusal above 10 certificates a dissociation
    call, so *dissociate_call* is 10 unless set otherwise. The quotas of server groups, servers and security policies
    are the fake's own figures.
    """

    dissociate_call: int = 10
    timeout: int = 600
    additional_certificates: dict[str, int] = field(
        default_factory=lambda: {"Basic": 10, "Standard": 25, "StandardWithWaf": 25}
    )
    listeners: int = 50
    server_group_attached: int = 50
    security_policy_attached: int = 50
    server_added: int = 200
    servers: dict[str, int] = field(default_factory=lambda: {"Basic": 200, "Standard": 1000, "StandardWithWaf": 1000})


LONGEST_TIMEOUT = 3600
ASSOCIATE_CALL = 15
DISSOCIATE_CALL = 20
SERVER_GROUPS_OF_ACTION = 20
LISTED_IDS = 20
LISTED_NAMES = 10
LISTED_VPCS = 10
LISTED_JOBS = 100
TAGS = 20
PAGE = 20
LONGEST_PAGE = 100
