"""The keywords of the client are the fields of the contract, so that neither can gain one without the other."""

import pytest

from client import CallOptions, FeedbackOptions, LookupOptions, Selection, StoreOptions
from schemas import Feedback, InvalidationRequest, LookupRequest, Message, StoreRequest


@pytest.mark.parametrize(
    ("options", "model", "positional"),
    [
        (LookupOptions, LookupRequest, {"prompt"}),
        (StoreOptions, StoreRequest, {"prompt", "response"}),
        (Selection, InvalidationRequest, set[str]()),
        (FeedbackOptions, Feedback, {"verdict", "prompt", "entry_id"}),
    ],
)
def test_keywords_are_the_fields_of_the_request(options: type, model: type[Message], positional: set[str]) -> None:
    own = options.__annotations__.keys() - CallOptions.__annotations__.keys()
    assert own | positional | {"request_id"} == model.model_fields.keys()
