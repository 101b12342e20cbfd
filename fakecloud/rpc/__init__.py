"""The gateway of the RPC products: signatures, declared parameters, idempotency tokens, error answers."""
