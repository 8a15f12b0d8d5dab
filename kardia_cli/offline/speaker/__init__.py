"""Seeker, supporter, rewriter, biographer and sentient user by rule; phrases are data/offline/speaker/*.toml."""
