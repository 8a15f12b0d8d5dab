"""The run folder: what it is, how it resumes, what is saved and what is kept for readers."""
