"""The ledger of paid replies: the store, the wrapper that asks it first, and a summary of its contents."""
