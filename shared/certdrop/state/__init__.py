"""The append-only store in the bucket: verdicts, bundles, ends, operation logs, open work."""
