"""`refresh.requests`: an answer in demand is about to expire (off by default)."""

from typing import Annotated

from pydantic import ConfigDict, Field

from schemas.base import Context, Fence, Message, Namespace, Prompt, Tag


class RefreshRequest(Message):
    """Asks whoever computes answers for a new one, to be stored with this fence."""

    model_config = ConfigDict(
        title="RefreshRequest",
        json_schema_extra={
            "examples": [
                {
                    "prompt": "How long does the battery of the Aurora 15 last?",
                    "namespace": "shop-eu",
                    "context": {"user_persona": "customer"},
                    "tags": ["product:aurora-15"],
                    "fence": 1041,
                    "hits": 37,
                }
            ]
        },
    )

    prompt: Prompt
    namespace: Namespace
    context: Context
    tags: list[Tag]
    """What the expiring answer depends on."""
    fence: Fence
    hits: Annotated[int, Field(ge=0)]
    """How often the answer was served."""
