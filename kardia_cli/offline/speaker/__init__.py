"""The rule-based speaker: seeker, supporter, rewriter, profile writer, sentient user."""
