"""TLS contexts of the ssl module for what a listener shows. Keys are handed to it in memory, never on disk."""

import contextlib
import os
import ssl
import tempfile
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from fakecloud.dataplane.choosing import Selection, choose
from fakecloud.dataplane.shown import Chain, Shown, TlsVersion

# The floor of the library instead of TLSv1, which Python warns of: nothing older is built in any more.
MINIMUM: dict[TlsVersion, ssl.TLSVersion] = {
    "1.0": ssl.TLSVersion.MINIMUM_SUPPORTED,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
_warnings_guard = threading.Lock()  # the filters of warnings are the process's


class Showcase:
    """What a listener shows, as TLS contexts: one for each choice of chains, made when first asked for."""

    def __init__(self, shown: Shown, selection: Selection) -> None:
        self.shown = shown
        self._selection = selection
        self._contexts: dict[tuple[Chain, ...], ssl.SSLContext] = {}

    def open(self) -> ssl.SSLContext:
        """Return the context that begins a handshake; raises ssl.SSLError when the default chain cannot be shown."""
        context = self._context(choose(self.shown, None, self._selection))
        context.sni_callback = self._switch
        return context

    def _switch(self, tls: ssl.SSLObject, server_name: str | None, _: ssl.SSLContext) -> int | None:
        try:
            tls.context = self._context(choose(self.shown, server_name, self._selection))
        except ssl.SSLError:
            return ssl.ALERT_DESCRIPTION_INTERNAL_ERROR
        return None

    def _context(self, chains: tuple[Chain, ...]) -> ssl.SSLContext:
        if chains not in self._contexts:
            self._contexts[chains] = make_context(chains, self.shown)
        return self._contexts[chains]


def make_context(chains: Sequence[Chain], shown: Shown) -> ssl.SSLContext:
    """Return a context that shows *chains* under the TLS rules of *shown*.

    Every context has the client CA: after the switch to another one, OpenSSL verifies clients against that one's.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    set_minimum_version(context, shown.minimum_tls)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # TLS 1.0 and keys of 1024 bits, which CLB takes, need it
    context.options |= ssl.OP_NO_TICKET  # no resumption: every handshake shows the certificate of now
    context.num_tickets = 0
    for chain in chains:
        with secret_file(chain.pem) as chain_path, secret_file(chain.key_pem) as key_path:
            context.load_cert_chain(chain_path, key_path)
    if shown.client_ca_pem is not None:
        context.load_verify_locations(cadata=shown.client_ca_pem)
        context.verify_mode = ssl.CERT_REQUIRED
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the authority need not be a root
    return context


def set_minimum_version(context: ssl.SSLContext, version: TlsVersion) -> None:
    """Let *context* speak *version* and later ones; Python warns of TLS 1.1, which a policy of ours may allow."""
    if version != "1.1":
        context.minimum_version = MINIMUM[version]
        return
    with _warnings_guard, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = MINIMUM[version]


@contextlib.contextmanager
def secret_file(text: str) -> Iterator[str]:
    """Give *text* a path while it is read: in memory on Linux, elsewhere a file of the user's own, gone at once."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("pem", os.MFD_CLOEXEC)
        path = f"/proc/self/fd/{descriptor}"
    else:
        descriptor, path = tempfile.mkstemp()
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            yield path
    finally:
        if not path.startswith("/proc/"):
            Path(path).unlink()
