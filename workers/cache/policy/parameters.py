"""A policy file: the fitted numbers, and what they were fitted on."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workers.cache.policy.features import NAMES

FORMAT = 2
PACKAGED = "default_policy.json"


class PolicyFileError(ValueError):
    """The policy file cannot be used; the message says why and what to do."""


class CurvePoint(BaseModel):
    """One point of the precision curve that was measured when the file was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float
    precision: float
    recall: float


class FittedOn(BaseModel):
    """Where the numbers come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str
    pairs: int
    contrasts: int = 0
    seed: int = 0
    embedding_model: str = Field(description="fingerprint of the model whose cosines were seen")


class Parameters(BaseModel):
    """Everything that a deployment may calibrate. Similarities and thresholds are 0…1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    fitted_on: FittedOn
    target_precision: float = Field(gt=0, lt=1)
    floor: float = Field(ge=0, le=1, description="least cosine at which the texts are read at all")
    stranger: float = Field(ge=0, le=1, description="cosine of the nearest unrelated entry in a well-filled cache")
    thin_stranger: float = Field(ge=0, le=1, description="the same, where the cache holds fewer than five entries")
    threshold: float = Field(ge=0, le=1, description="least confidence that is served")
    features: tuple[str, ...]
    bias: float
    weights: tuple[float, ...]
    word_weights: dict[str, float]
    unseen_word_weight: float
    curve: tuple[CurvePoint, ...] = ()

    @property
    def version(self) -> str:
        """Eight hex digits that change with every number."""
        return hashlib.blake2b(self.model_dump_json().encode(), digest_size=4).hexdigest()


def load_parameters(path: Path | None = None) -> Parameters:
    """Read a policy file, or the packaged one.

    Raises:
        PolicyFileError: it is missing, malformed, or made for other features than this version computes.
    """
    source = path or files("workers.cache.policy").joinpath("data", PACKAGED)
    try:
        parameters = Parameters.model_validate(json.loads(source.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise PolicyFileError(f"There is no policy file at {source}: name one that exists, or none.") from error
    except (json.JSONDecodeError, ValidationError) as error:
        raise PolicyFileError(f"{source} is not a policy file: write one with `semantic-cache calibrate`.") from error
    if parameters.format != FORMAT or parameters.features != NAMES:
        raise PolicyFileError(f"{source} was fitted for another version of the policy: calibrate again with this one.")
    return parameters


def write_parameters(parameters: Parameters, path: Path) -> None:
    """Write a policy file, readable in a diff."""
    path.write_text(json.dumps(parameters.model_dump(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
