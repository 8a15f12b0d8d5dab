"""Measurements that protocols share: ranking, probing, answers, references, emotions and the figures of a judge."""
