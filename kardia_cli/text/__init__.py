"""People's text: cleaning, pseudonyms, the risk screen, excerpts."""
