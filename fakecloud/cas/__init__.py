"""Certificate Management Service (2020-04-07): uploaded certificates, with unique names."""
