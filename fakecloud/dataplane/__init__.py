"""The TLS data plane: what the control plane says is shown, really spoken on loopback ports."""
