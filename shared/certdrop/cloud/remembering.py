"""The account as a survey sees it: what CAS and CLB keep is listed once, however many listeners are compared."""

from certdrop.cloud.account import Account
from certdrop.cloud.cas import Cas
from certdrop.cloud.cas_models import CasCertificate
from certdrop.cloud.clb import Clb
from certdrop.cloud.clb_answers import CaCertificate, ServerCertificate
from certdrop.cloud.clb_models import DescribeCACertificatesRequest, DescribeServerCertificatesRequest


class RememberingCas(Cas):
    """CAS that lists everything at the first question, and answers all others from that."""

    def __init__(self, cas: Cas) -> None:
        self._cas = cas
        self._kept: list[CasCertificate] | None = None

    def list_certificates(self, keyword: str = "") -> list[CasCertificate]:  # noqa: ARG002 it is a loose filter
        """List all certificates."""
        if self._kept is None:
            self._kept = self._cas.list_certificates()
        return self._kept


class RememberingClb(Clb):
    """CLB of one region that lists its certificates once."""

    def __init__(self, clb: Clb) -> None:
        vars(self).update(vars(clb))
        self._servers: list[ServerCertificate] | None = None
        self._authorities: list[CaCertificate] | None = None

    def describe_server_certificates(
        self, request: DescribeServerCertificatesRequest | None = None
    ) -> list[ServerCertificate]:
        """List the region's server certificates."""
        if request is not None:
            return super().describe_server_certificates(request)
        if self._servers is None:
            self._servers = super().describe_server_certificates()
        return self._servers

    def describe_ca_certificates(self, request: DescribeCACertificatesRequest | None = None) -> list[CaCertificate]:
        """List the region's CA certificates."""
        if request is not None:
            return super().describe_ca_certificates(request)
        if self._authorities is None:
            self._authorities = super().describe_ca_certificates()
        return self._authorities


class RememberingAccount(Account):
    """An account whose lists of certificates are read once; for reading only, and not for long."""

    def __init__(self, account: Account) -> None:
        vars(self).update(vars(account))
        vars(self)["cas"] = RememberingCas(account.cas)
        self._clbs: dict[str, RememberingClb] = {}

    def clb(self, region: str) -> Clb:
        """Return CLB of *region*, always the same."""
        if region not in self._clbs:
            self._clbs[region] = RememberingClb(super().clb(region))
        return self._clbs[region]
