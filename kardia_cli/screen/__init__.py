"""Lines, tables and the live line of a pipe, on a terminal or in a log."""
