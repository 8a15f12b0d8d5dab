"""Protocols: how a model is measured. One file, one `async evaluate(row, chats, judge, **options) -> list[Score]`."""
