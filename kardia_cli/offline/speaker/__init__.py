"""The roles that speak, by rule."""
