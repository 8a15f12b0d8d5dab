"""Simulated users over many turns. `seeker` plays the person of a profile in a situation."""
