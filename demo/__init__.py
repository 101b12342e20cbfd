"""The main job, end to end, on this machine: `make demo` shows it, from dropped files to a TLS handshake."""
