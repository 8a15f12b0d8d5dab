"""Will a training fit? Memory by part, what is free, and flags that would help."""
