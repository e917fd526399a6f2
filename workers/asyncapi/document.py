"""The document, put together from the table of channels, the messages and the models."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

import yaml
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from schemas.base import ErrorCode, ErrorDetail
from schemas.topics import Header
from workers.asyncapi.channels import CHANNELS, Channel, Operation
from workers.asyncapi.messages import HeaderField, MessageSpec
from workers.asyncapi.payloads import JsonObject, payload_schemas, reference
from workers.kafka.broker import group_of
from workers.kafka.security import KafkaSecurityConfig, SaslMechanism
from workers.kafka.topic_plan import CLEANUP, DELETE, TopicPlan, plan_topics
from workers.settings import KafkaConfig, Settings

_KAFKA_BINDING = "0.5.0"
_SCHEMES = {
    SaslMechanism.PLAIN: "plain",
    SaslMechanism.SCRAM_SHA_256: "scramSha256",
    SaslMechanism.SCRAM_SHA_512: "scramSha512",
}
"""AsyncAPI's own names."""
_DESCRIPTION = """\
A semantic cache over Kafka and Redis: services ask whether a question was answered before, in the same or in other \
words, and store the answers that they compute. A hit is verified, not merely near; an acknowledged invalidation is \
final.

**Values** are UTF-8 JSON in snake_case. A field that a request does not know is an `invalid_request` error, so that a \
misspelt one is not silently dropped. Optional fields are absent, not null.

**Replies** go to the topic in the request's `reply_to` header, to `reply_partition` if it is given, and carry its \
`correlation_id`. Without `reply_to` they go to the results topic.

**Delivery** is at least once: a request can be answered twice; `request_id` tells.

**Error codes**: {codes}.

Operations are the workers' own: they *receive* requests and *send* replies; a client does the opposite.
"""


class _DefaultSettings(Settings):
    """The settings of nobody: the document that is committed must not depend on who writes it."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is the base class's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """No environment."""
        return (init_settings,)


def build_document(settings: Settings | None = None) -> JsonObject:
    """The AsyncAPI 3.0 document of one deployment; without settings, that of the defaults."""
    settings = settings or _DefaultSettings()
    specs = {message.name: message for channel in CHANNELS for message in channel.messages}
    plans = {plan.name: plan for plan in plan_topics(settings)}
    channels = {c.name: _channel(c, plans[c.topic(settings.topics)]) for c in CHANNELS}
    replies = {_reply_channel(c): _replies(c.replies_with) for c in CHANNELS if c.replies_with}
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": _servers(settings.kafka),
        "channels": channels | replies,
        "operations": dict(_operations(settings)),
        "components": {
            "messages": {name: _message(spec) for name, spec in specs.items()},
            "schemas": payload_schemas([*(s.model for s in specs.values() if s.model), ErrorDetail]),
        },
    }


def to_yaml(document: JsonObject) -> str:
    """The document as YAML 1.2 text, in its own order."""
    return yaml.dump(document, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=120)


class _PlainDumper(yaml.SafeDumper):
    """No anchors, and block style for text of several lines."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the base class's signature
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|" if "\n" in text else None)


_PlainDumper.add_representer(str, _represent_text)
_PlainDumper.add_multi_representer(str, _represent_text)


def _info() -> JsonObject:
    try:
        release = version("semantic-cache")
    except PackageNotFoundError:  # run from a checkout that was never installed
        release = "0.0.0"
    return {
        "title": "Semantic cache",
        "version": release,
        "description": _DESCRIPTION.format(codes=", ".join(f"`{code}`" for code in ErrorCode)),
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }


def _servers(kafka: KafkaConfig) -> JsonObject:
    hosts = [host.strip() for host in kafka.bootstrap_servers.split(",")]
    server = {
        "protocol": "kafka-secure" if kafka.security.protocol.is_encrypted else "kafka",
        "description": "A broker to begin with.",
    } | _access(kafka.security)
    return {f"kafka{number or ''}": {"host": host} | server for number, host in enumerate(hosts)}


def _access(security: KafkaSecurityConfig) -> JsonObject:
    """How a broker is signed in to; nothing where nobody is asked."""
    if security.sasl_mechanism is not None:
        return {"security": [{"type": _SCHEMES[security.sasl_mechanism]}]}
    return {"security": [{"type": "X509"}]} if security.certificate_file is not None else {}


def _channel(channel: Channel, plan: TopicPlan) -> JsonObject:
    result: JsonObject = {
        "address": plan.name,
        "title": channel.title,
        "description": channel.description,
        "messages": {m.name: {"$ref": f"#/components/messages/{m.name}"} for m in channel.messages},
        "bindings": {"kafka": _topic_binding(plan)},
    }
    if channel.is_reserved:
        result["x-reserved"] = True
    return result


def _topic_binding(plan: TopicPlan) -> JsonObject:
    """The topic as it is created. What the plan leaves to the broker is left out."""
    configs: JsonObject = {name: int(v) if v.lstrip("-").isdigit() else v for name, v in plan.configs.items()}
    configs[CLEANUP] = [configs.get(CLEANUP, DELETE)]
    return {
        "topic": plan.name,
        "partitions": plan.partitions,
        "topicConfiguration": dict(sorted(configs.items())),
        "bindingVersion": _KAFKA_BINDING,
    }


def _reply_channel(channel: Channel) -> str:
    return channel.name.removesuffix("Requests") + "Replies"


def _replies(message: MessageSpec | None) -> JsonObject:
    assert message is not None  # noqa: S101 - the caller filtered; for the type checker
    return {
        "address": None,
        "title": f"{message.title}s at the caller's own address",
        "description": "The topic that the request's `reply_to` header names, at `reply_partition` if given.",
        "messages": {message.name: {"$ref": f"#/components/messages/{message.name}"}},
    }


def _operations(settings: Settings) -> Iterable[tuple[str, JsonObject]]:
    for channel in CHANNELS:
        if channel.receives:
            operation = _operation(channel, channel.receives, "receive")
            if channel.receives.is_grouped:
                group = {"type": "string", "enum": [group_of(settings.kafka, channel.topic(settings.topics))]}
                operation["bindings"] = {"kafka": {"groupId": group, "bindingVersion": _KAFKA_BINDING}}
            if channel.replies_with:
                operation["reply"] = _reply(channel, channel.replies_with)
            yield channel.receives.name, operation
        if channel.sends:
            yield channel.sends.name, _operation(channel, channel.sends, "send")


def _operation(channel: Channel, operation: Operation, action: str) -> JsonObject:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "summary": operation.summary,
        "messages": [{"$ref": f"#/channels/{channel.name}/messages/{m.name}"} for m in channel.messages],
    }


def _reply(channel: Channel, message: MessageSpec) -> JsonObject:
    name = _reply_channel(channel)
    return {
        "address": {
            "location": f"$message.header#/{Header.REPLY_TO}",
            "description": "Where the caller listens; without it, the results topic.",
        },
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{message.name}"}],
    }


def _message(spec: MessageSpec) -> JsonObject:
    result: JsonObject = {
        "name": spec.name,
        "title": spec.title,
        "summary": spec.summary,
        "contentType": spec.content_type,
    }
    if spec.headers:
        result["headers"] = _headers(spec.headers)
    result["payload"] = (
        reference(spec.model) if spec.model else {"type": "string", "format": "binary", "description": "As it came in."}
    )
    if spec.is_correlated:
        result["correlationId"] = {
            "location": f"$message.header#/{Header.CORRELATION_ID}",
            "description": "Ties a reply to its request.",
        }
    result["bindings"] = {
        "kafka": {
            "key": {"type": "string", "description": spec.key, "examples": [spec.key_example]},
            "bindingVersion": _KAFKA_BINDING,
        }
    }
    if spec.examples:
        headers = {header.name: header.example for header in spec.headers}
        result["examples"] = [
            {"name": f"{spec.name}{number}"} | ({"headers": headers} if headers else {}) | {"payload": payload}
            for number, payload in enumerate(spec.examples, start=1)
        ]
    return result


def _headers(fields: tuple[HeaderField, ...]) -> JsonObject:
    schema: JsonObject = {
        "type": "object",
        "properties": {
            f.name: {"type": "string", "description": f.description, "examples": [f.example]} for f in fields
        },
    }
    required = [field.name for field in fields if field.required]
    return schema | ({"required": required} if required else {})
