"""Pure: bytes, a time and a profile in; a bundle or findings out. Importing this package loads no cryptography."""
