"""Plug-ins: how a real file becomes raw rows. One file = one source = one function `rows(path, **options)`.

A source yields a `Line` per record: its row, or the error that stands in its place, so a bad record costs one record.
It reads as it goes (memory does not grow with the file) and raises `UsageError` only for a file that is missing or of
another kind altogether. It neither cleans nor masks: that is the stage's work, the same for every source. Files that
begin with `_` are shared helpers, not sources.
"""
