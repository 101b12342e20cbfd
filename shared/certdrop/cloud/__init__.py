"""Adapters on httpx: one file a service, one place for signatures, retries and error codes."""
