"""From a caller's words to records, and from replies to values."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from client.answering import NewAnswer
from client.errors import CacheClientError, InvalidMessageError, RequestFailedError
from schemas import InvalidationResult, LookupRequest, LookupResult, Message, StoreRequest, StoreResult
from workers.cache.keys import context_key, entry_id

Request = TypeVar("Request", bound=Message)
Result = TypeVar("Result", LookupResult, StoreResult, InvalidationResult)


def build(model: type[Request], fields: Mapping[str, Any]) -> Request:
    """A request, checked against the contract before it is sent.

    Raises:
        InvalidMessageError: with a sentence for each field that is wrong.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as exc:
        raise InvalidMessageError("; ".join(sentences(exc))) from exc


def sentences(exc: ValidationError) -> list[str]:
    """`field: what is wrong`, for each field, without the values, which may be private."""
    errors = exc.errors(include_url=False, include_context=False, include_input=False)
    return [": ".join([*(".".join(map(str, error["loc"])),) * bool(error["loc"]), error["msg"]]) for error in errors]


def read(model: type[Result], data: bytes) -> Result:
    """A reply. Fields that this client does not know are passed over: the contract only grows.

    Raises:
        RequestFailedError: the worker answered with an error.
        CacheClientError: the reply is not one.
    """
    try:
        result = model.model_validate_json(data, extra="ignore")
    except ValidationError as exc:
        raise CacheClientError(f"a reply does not follow the contract: {'; '.join(sentences(exc))}") from exc
    if result.error is not None:
        raise RequestFailedError(result.error.code, result.error.message)
    return result


def affinity(request: LookupRequest | StoreRequest) -> str:
    """The record key: equal questions of one context share a partition, and so a worker and its L1.

    It is the entry's id, as far as a client can know it: which context fields count is the deployment's setting.
    """
    context = request.context or {}
    return entry_id(request.namespace, context_key(context, frozenset(context)), request.prompt)


def store_fields(asked: LookupRequest, fence: int, new: NewAnswer, tags: Sequence[str]) -> dict[str, Any]:
    """The fields of the store that follows a miss: same question, same namespace, same context."""
    return {
        "request_id": f"{asked.request_id}-store",
        "prompt": asked.prompt,
        "namespace": asked.namespace,
        "context": asked.context,
        "response": new.response,
        "tags": list(dict.fromkeys((*tags, *new.tags))) or None,
        "ttl_seconds": new.ttl_seconds,
        "metadata": new.metadata,
        "fence": fence,
    }
