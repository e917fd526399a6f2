"""Other semantic caches beside this one: the same questions, the same model files, the same Redis."""
