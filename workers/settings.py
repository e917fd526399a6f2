"""One frozen Settings, read from the environment, checked whole before anything starts."""

import difflib
import os
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

import orjson
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from schemas.topics import DEFAULT_PREFIX, Topics
from workers.cache.config import (
    DEFAULT_CONTEXT_FIELDS,
    CacheConfig,
    CoherenceConfig,
    Config,
    EmbeddingConfig,
    L1CacheConfig,
    LeaseConfig,
    ObservabilityConfig,
    PolicyConfig,
    RedisConfig,
)
from workers.errors import ConfigurationError
from workers.kafka.security import KafkaSecurityConfig

ENV_PREFIX = "SEMANTIC_CACHE_"


class KafkaConfig(Config):
    """Where the requests come from."""

    bootstrap_servers: Annotated[str, Field(min_length=1)] = "localhost:9092"
    """`host:port`, several separated by commas."""
    topic_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")] = DEFAULT_PREFIX
    """First part of every topic's name."""
    group_id: Annotated[str, Field(min_length=1, max_length=200)] = "semantic-cache-workers"
    """Workers of one group share the requests."""
    create_topics: bool = True
    """Create missing topics at start; off where only an administrator may."""
    partitions: Annotated[int, Field(ge=1, le=1000)] = 8
    """Of each request topic that is created here: the most workers that can share it."""
    replication_factor: Annotated[int, Field(ge=-1, le=10)] = -1
    """Of each topic that is created here; −1: the broker's default."""
    batch_size: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Most records taken at once."""
    batch_wait_ms: Annotated[int, Field(ge=1, le=10_000)] = 200
    """How long the broker holds a fetch that finds nothing. The first record ends it, so it delays none; partitions
    that are newly assigned or resumed may wait for it, and shorter ones ask an idle broker more often."""
    max_in_flight: Annotated[int, Field(ge=1, le=1_000_000)] = 4000
    """Records begun and not yet answered, for each topic; beyond it the topic's partitions are paused."""
    session_timeout_ms: Annotated[int, Field(ge=1000, le=300_000)] = 10_000
    """A worker silent for so long loses its partitions to the others."""
    log_retention_hours: Annotated[int, Field(ge=2, le=87_600)] = 168
    """How long the coherence log keeps its rules."""
    security: KafkaSecurityConfig = KafkaSecurityConfig()


class HttpConfig(Config):
    """Metrics, health and the AsyncAPI page."""

    enabled: bool = True
    """Off: no port is opened."""
    host: str = "0.0.0.0"  # noqa: S104 - probes and scrapers come from other hosts
    """The address to serve at."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    """0: any free port, written to the log."""


class OverloadPolicy(StrEnum):
    """What happens to lookups that need L2 while too many already wait."""

    DEGRADE = "degrade"
    WAIT = "wait"


class OverloadConfig(Config):
    """Back-pressure."""

    policy: OverloadPolicy = OverloadPolicy.DEGRADE
    """`degrade`: answered at once as a miss marked `degraded`; `wait`: partitions pause until there is room."""
    max_pending_lookups: Annotated[int, Field(ge=1, le=1_000_000)] = 2000
    """Lookups that may wait for the shared store or the embedder at once."""
    max_wait_ms: Annotated[int, Field(ge=50, le=600_000)] = 2000
    """`degrade` only: no more may wait than are answered in this time, at the speed seen last."""


class ProductRule(Config):
    """Turns matching product changes into tags to invalidate."""

    change: Annotated[tuple[str, ...], Field(max_length=64)] = ()
    """Words of `change` that it applies to; empty: any."""
    attributes: dict[str, Any] = Field(default_factory=dict)
    """Attributes that must be equal, e.g. {"region": "eu"}."""
    tags: Annotated[tuple[str, ...], Field(min_length=1, max_length=64)]
    """Templates with {product_id}, {brand}, {category}, {change}, {previous.brand}, {previous.category} and
    {attributes.name}; a template whose value is absent makes no tag."""


LIFECYCLE_CHANGES = ("created", "discontinued", "deleted")
DEFAULT_PRODUCT_RULES = (
    ProductRule(tags=("product:{product_id}",)),
    ProductRule(
        change=LIFECYCLE_CHANGES,
        tags=(
            "brand:{brand}",
            "category:{category}",
            "brand:{previous.brand}",
            "category:{previous.category}",
        ),
    ),
)


class ProductChangesConfig(Config):
    """From product changes to invalidations."""

    enabled: bool = True
    """Off: product changes are not read."""
    rules: tuple[ProductRule, ...] = DEFAULT_PRODUCT_RULES
    """All rules that match add their tags."""


class Settings(BaseSettings):
    """Everything that a worker can be told, from `SEMANTIC_CACHE_…` variables, nested names joined by `__`."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # what is given may be a password
    )

    kafka: KafkaConfig = KafkaConfig()
    redis: RedisConfig = RedisConfig()
    l1: L1CacheConfig = L1CacheConfig()
    coherence: CoherenceConfig = CoherenceConfig()
    lease: LeaseConfig = LeaseConfig()
    embedding: EmbeddingConfig = EmbeddingConfig()
    policy: PolicyConfig = PolicyConfig()
    overload: OverloadConfig = OverloadConfig()
    product_changes: ProductChangesConfig = ProductChangesConfig()
    http: HttpConfig = HttpConfig()
    observability: ObservabilityConfig = ObservabilityConfig()
    enable_context_hashing: bool = True
    """Off: all contexts of a namespace share their answers."""
    context_fields: Annotated[tuple[str, ...], NoDecode, Field(max_length=32)] = DEFAULT_CONTEXT_FIELDS
    """A JSON list, or names separated by commas."""
    enable_tags: bool = True
    """Off: stores and invalidations that name tags are refused."""
    default_ttl_seconds: Annotated[float, Field(gt=0, le=315_360_000)] = 86_400
    """For stores that name none."""
    worker_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,64}$")] = ""
    """Names this worker in logs and records; empty: host name and process id."""
    shutdown_grace_ms: Annotated[int, Field(ge=0, le=600_000)] = 10_000
    """How long a stopping worker may take to answer what it has begun."""
    cache_dir: Path | None = None
    """Where models and the embedded stack are kept; absent: the user's cache folder."""

    @field_validator("context_fields", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Accept `a,b` beside a JSON list."""
        if isinstance(value, str) and not value.lstrip().startswith("["):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        if isinstance(value, str):
            return tuple(orjson.loads(value))
        return value

    @model_validator(mode="after")
    def _bounds_fit(self) -> Self:
        if self.coherence.max_staleness_ms >= self.coherence.rule_memory_seconds * 1000:
            raise ValueError("coherence.max_staleness_ms must be shorter than coherence.rule_memory_seconds")
        if self.kafka.log_retention_hours * 3600 < 2 * self.coherence.rule_memory_seconds:
            raise ValueError("kafka.log_retention_hours must be at least twice coherence.rule_memory_seconds")
        return self

    @cached_property
    def topics(self) -> Topics:
        """The topics' names."""
        return Topics(self.kafka.topic_prefix)

    @cached_property
    def cache(self) -> CacheConfig:
        """The part that the cache itself reads."""
        return CacheConfig(**{name: getattr(self, name) for name in CacheConfig.model_fields})


def load_settings() -> Settings:
    """Read and check every setting.

    Raises:
        ConfigurationError: with a sentence for each setting that is wrong, misspelt ones included.
    """
    unknown = sorted(_unknown(os.environ))
    if unknown:
        raise ConfigurationError("\n".join(_suggest(name) for name in unknown))
    try:
        return Settings()
    except ValidationError as exc:
        raise ConfigurationError("\n".join(_sentences(exc))) from exc


def _sentences(exc: ValidationError) -> Iterable[str]:
    for error in exc.errors(include_url=False, include_context=False, include_input=False):
        name = ENV_PREFIX + "__".join(str(part) for part in error["loc"]).upper()
        yield f"{name if error['loc'] else 'Settings'}: {error['msg']}"


def _known(model: Any, prefix: str) -> Iterable[str]:  # noqa: ANN401 - a pydantic model class of any kind
    for name, field in model.model_fields.items():
        full = f"{prefix}{name}".upper()
        yield full
        if isinstance(field.annotation, type) and issubclass(field.annotation, Config):
            yield from _known(field.annotation, f"{full}__")


def _unknown(environment: Iterable[str]) -> Iterable[str]:
    known = set(_known(Settings, ENV_PREFIX))
    return (name for name in environment if name.upper().startswith(ENV_PREFIX) and name.upper() not in known)


def _suggest(name: str) -> str:
    close = difflib.get_close_matches(name.upper(), list(_known(Settings, ENV_PREFIX)), n=1)
    return f"{name}: no such setting" + (f"; did you mean {close[0]}?" if close else "; see the README for all of them")
