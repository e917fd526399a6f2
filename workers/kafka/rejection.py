"""A rejection: why a record cannot be processed, as a code for programs and a sentence that names the field."""

import difflib
import re
from dataclasses import dataclass

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas import ErrorCode, Message
from workers.errors import SemanticCacheError

MAX_SENTENCES = 5
MAX_NAME_CHARS = 64
MAX_REQUEST_ID_CHARS = 128
_OVERSIZED_FIELDS = ("prompt", "response")
_REQUEST_ID = re.compile(rb'"request_id"\s*:\s*("(?:[^"\\\x00-\x1f]|\\.){1,512}")')


@dataclass(frozen=True, slots=True)
class Rejection:
    """The verdict on a record. The message quotes no value: it may be private, and of any length."""

    code: ErrorCode
    message: str

    @classmethod
    def of(cls, error: SemanticCacheError) -> "Rejection":
        """What the cache said against it."""
        return cls(error.code, str(error))


class RejectedError(Exception):
    """A record cannot be processed; never leaves the intake."""

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(rejection.message)
        self.rejection = rejection


def invalid(message: str) -> Rejection:
    """A request that is wrong as it is."""
    return Rejection(ErrorCode.INVALID_REQUEST, message)


def explain(exc: ValidationError, model: type[Message]) -> Rejection:
    """Pydantic's verdict as one sentence a field."""
    errors = exc.errors(include_url=False, include_context=False, include_input=False)
    sentences = [_sentence(error, model) for error in errors[:MAX_SENTENCES]]
    if len(errors) > MAX_SENTENCES:
        sentences.append(f"and {len(errors) - MAX_SENTENCES} more")
    is_oversized = any(_is_oversized(error) for error in errors)
    code = ErrorCode.PAYLOAD_TOO_LARGE if is_oversized else ErrorCode.INVALID_REQUEST
    return Rejection(code, "; ".join(sentences))


def read_request_id(value: bytes | None) -> str:
    """The request id of a record that is otherwise unreadable; empty if there is none."""
    if not value:
        return ""
    try:
        content = orjson.loads(value)
    except orjson.JSONDecodeError:
        content = _salvage(value)
    found = content.get("request_id") if isinstance(content, dict) else None
    return found if isinstance(found, str) and 0 < len(found) <= MAX_REQUEST_ID_CHARS else ""


def _salvage(value: bytes) -> dict[str, str] | None:
    """The first `"request_id": "…"` of broken JSON."""
    match = _REQUEST_ID.search(value)
    try:
        return {"request_id": orjson.loads(match[1])} if match else None
    except orjson.JSONDecodeError:
        return None


def _sentence(error: ErrorDetails, model: type[Message]) -> str:
    name = ".".join(str(part)[:MAX_NAME_CHARS] for part in error["loc"])
    match error["type"]:
        case "json_invalid":
            return f"the value is not JSON: {error['msg'].removeprefix('Invalid JSON: ')}"
        case "model_type":
            return f"{name or 'the value'}: must be a JSON object"
        case "missing":
            return f"{name}: is required"
        case "extra_forbidden":
            close = difflib.get_close_matches(name, model.model_fields, n=1)
            return f"{name}: there is no such field" + (f"; did you mean {close[0]}?" if close else "")
        case _:
            return f"{name}: {error['msg']}" if name else error["msg"]


def _is_oversized(error: ErrorDetails) -> bool:
    is_whole = error["loc"] in [(name,) for name in _OVERSIZED_FIELDS]
    return error["type"] == ErrorCode.PAYLOAD_TOO_LARGE or (is_whole and error["type"] == "string_too_long")
