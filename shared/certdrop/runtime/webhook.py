"""The webhook: one POST of JSON, bounded in time, that follows nobody and reads no answer but its status."""

from collections.abc import Iterable, Mapping

import httpx

from certdrop.runtime.redaction import Redactor

GOOD = range(200, 300)


class HttpWebhook:
    """Posts notices to *url*, with *secrets* and all that looks like one taken out."""

    def __init__(self, url: str, client: httpx.Client, secrets: Iterable[str] = ()) -> None:
        self._url = url
        self._client = client
        self._redactor = Redactor(secrets)

    def __call__(self, payload: Mapping[str, object], seconds: float) -> str:
        """Post *payload*; return why it was not taken, without the address: it often holds a token."""
        headers = {"User-Agent": "certdrop"}
        content = self._redactor.redact(payload)
        try:
            with self._client.stream(
                "POST", self._url, json=content, headers=headers, timeout=seconds, follow_redirects=False
            ) as answer:
                return "" if answer.status_code in GOOD else f"it answered {answer.status_code}"
        except httpx.HTTPError as error:
            return type(error).__name__
        except (httpx.InvalidURL, UnicodeError) as error:
            return f"the address cannot be used ({type(error).__name__})"
