"""What commands share: options, config file, session, roles, progress, estimate, exit codes."""
