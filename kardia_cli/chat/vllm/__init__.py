"""A model folder served by a vLLM child process."""
