"""The preflight: would this tokenizer, template and model carry the turn format from training to serving?"""
