"""One file = one subcommand: flags in, one stage call, rows out; no logic."""
