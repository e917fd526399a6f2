"""Messages of the semantic cache: one file a topic."""
