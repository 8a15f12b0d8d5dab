"""Attacks on a judge: families, what must hold of each, and judges whose answers are spoilt on the way."""
