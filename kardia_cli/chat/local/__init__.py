"""A model folder as a backend in this process."""
