"""How many calls, how fast, how often and for how much: limiter, window, retries, budget, prices, meters."""
