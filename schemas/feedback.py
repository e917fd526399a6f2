"""`feedback`: was that hit right?"""

from enum import StrEnum

from pydantic import ConfigDict

from schemas.base import DEFAULT_NAMESPACE, Context, EntryId, Message, Namespace, Prompt, RequestId


class Verdict(StrEnum):
    """A person's or a program's judgement of one hit."""

    RIGHT = "right"
    WRONG = "wrong"


class Feedback(Message):
    """A verdict on one pairing of a question with a stored entry."""

    model_config = ConfigDict(
        title="Feedback",
        json_schema_extra={
            "examples": [
                {
                    "request_id": "f-1",
                    "verdict": "wrong",
                    "prompt": "How do I not cancel my order?",
                    "entry_id": "9f86d081884c7d659a2feaa0c55ad015",
                }
            ]
        },
    )

    request_id: RequestId
    verdict: Verdict
    prompt: Prompt
    entry_id: EntryId
    namespace: Namespace = DEFAULT_NAMESPACE
    context: Context | None = None
