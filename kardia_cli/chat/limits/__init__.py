"""Limits of calls: limiter, window, retries, budget, prices, meters."""
