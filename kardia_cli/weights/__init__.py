"""The identity of a model folder: its fingerprint and the digests of its files."""
