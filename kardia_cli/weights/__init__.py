"""What a model folder is: its fingerprint and the digests of its files."""
