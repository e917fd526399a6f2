"""The AsyncAPI 3.0 document: the messages' own models and one table of channels, put together.

FastStream can write such a document itself, but it would describe what a batch handler takes, a list of messages,
where a record holds one; and it knows nothing of replies, dead letters or the broadcast.
"""

from workers.asyncapi.document import build_document, to_yaml

__all__ = ["build_document", "to_yaml"]
