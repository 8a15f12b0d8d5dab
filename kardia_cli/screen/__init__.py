"""What a person sees in a terminal: lines, tables and the live line of a pipe."""
