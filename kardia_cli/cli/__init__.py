"""Shared parts of commands: options, config file, session, roles, progress, estimate, exit codes."""
