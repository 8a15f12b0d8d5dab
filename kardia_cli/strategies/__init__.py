"""Strategies: how the supporter's turn is made. One file, one `async reply(dialogue, chat, **options) -> Turn`."""
