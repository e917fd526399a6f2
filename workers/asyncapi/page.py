"""The document as one page for people: nothing is loaded from elsewhere."""

from html import escape
from importlib.resources import files

from workers.asyncapi.fields import words_of
from workers.asyncapi.markup import badge, code_block, inline, link, paragraphs
from workers.asyncapi.page_fields import field_table
from workers.asyncapi.payloads import SCHEMA_ADDRESS, JsonObject

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title><style>{style}</style></head><body>"""


def document_page(document: JsonObject) -> str:
    """The whole page for one AsyncAPI document."""
    info = document["info"]
    channels = {name: c for name, c in document["channels"].items() if c["address"] is not None}
    sections = "".join(_channel_section(name, channel, document) for name, channel in channels.items())
    return (
        page_head(info["title"] + " – messages")
        + f'<div class="layout">{_navigation(info, channels)}<main>{_introduction(document)}{sections}'
        + f"{_schema_section(document)}</main></div><script>{_asset('page.js')}</script></body></html>"
    )


def index_page(title: str, links: dict[str, str]) -> str:
    """A short page of links: path → what is there."""
    rows = "".join(
        f'<li><a href="{escape(path)}">{escape(path)}</a><span>{inline(text)}</span></li>'
        for path, text in links.items()
    )
    content = f'<h1>{escape(title)}</h1><ul class="links">{rows}</ul>'
    return f'{page_head(title)}<main class="index">{content}</main></body></html>'


def page_head(title: str) -> str:
    """Everything up to the body."""
    return _HEAD.format(title=escape(title), style=_asset("page.css"))


def _asset(name: str) -> str:
    return files("workers.asyncapi").joinpath(name).read_text("utf-8")


def _navigation(info: JsonObject, channels: dict[str, JsonObject]) -> str:
    items = "".join(f'<li><a href="#{escape(name)}">{escape(c["title"])}</a></li>' for name, c in channels.items())
    return (
        f'<nav aria-label="Channels"><a class="home" href="#top">{escape(info["title"])}</a>'
        f'<span class="version">{escape(info["version"])}</span><ol>{items}'
        '<li class="apart"><a href="#schemas">Shared schemas</a></li></ol>'
        '<button id="theme" type="button" hidden>Light or dark</button></nav>'
    )


def _introduction(document: JsonObject) -> str:
    info = document["info"]
    servers = " ".join(f"<code>{escape(server['host'])}</code>" for server in document["servers"].values())
    return (
        f'<header id="top"><h1>{escape(info["title"])}</h1>{paragraphs(info["description"])}'
        f'<p class="facts"><span>Kafka</span> {servers} <a href="asyncapi.yaml">asyncapi.yaml</a></p></header>'
    )


def _channel_section(name: str, channel: JsonObject, document: JsonObject) -> str:
    operations = [o for o in document["operations"].values() if o["channel"]["$ref"] == f"#/channels/{name}"]
    done = "".join(
        f"<li>{badge(_deed(o), o['action'])} {inline(o['summary'])}{_reply_note(o)}</li>" for o in operations
    )
    reserved = badge("reserved", "reserved") if channel.get("x-reserved") else ""
    messages = "".join(
        _message_block(document["components"]["messages"][key], document, is_alone=len(channel["messages"]) == 1)
        for key in channel["messages"]
    )
    return (
        f'<section id="{escape(name)}" class="channel"><h2>{escape(channel["title"])} {reserved}</h2>'
        f'<p class="address"><code>{escape(channel["address"])}</code></p>{paragraphs(channel["description"])}'
        f'<ul class="operations">{done}</ul>{_topic_facts(channel["bindings"]["kafka"])}{messages}</section>'
    )


def _deed(operation: JsonObject) -> str:
    return {"receive": "worker reads", "send": "worker writes"}[operation["action"]]


def _reply_note(operation: JsonObject) -> str:
    if "reply" not in operation:
        return ""
    name = operation["reply"]["messages"][0]["$ref"].rpartition("/")[2]
    return f" Replies with {link(f'message-{name}', name)}, to the topic in <code>reply_to</code>."


def _topic_facts(binding: JsonObject) -> str:
    facts = {"partitions": binding.get("partitions"), **binding.get("topicConfiguration", {})}
    shown = "".join(
        f"<li><span>{escape(key)}</span> {escape(', '.join(value) if isinstance(value, list) else str(value))}</li>"
        for key, value in facts.items()
        if value is not None
    )
    return f'<ul class="facts">{shown}</ul>'


def _message_block(message: JsonObject, document: JsonObject, *, is_alone: bool) -> str:
    name, key = message["name"], message["bindings"]["kafka"]["key"]
    schemas = document["components"]["schemas"]
    payload = message["payload"]
    shape = payload.get("$ref", name).removeprefix(SCHEMA_ADDRESS)
    if shape in schemas:
        schema = schemas[shape]
        body = _details("Payload", field_table(schema, schemas), is_open=is_alone)
    else:
        body = f"<p>{inline(payload['description'])}</p>"
    if "headers" in message:
        body += _details("Record headers", field_table(message["headers"], schemas))
    examples = "".join(code_block(example["payload"]) for example in message.get("examples", ()))
    if examples:
        body += _details("Examples", examples, is_open=is_alone)
    return (
        f'<article id="message-{escape(name)}"><h3 id="schema-{escape(shape)}">{escape(message["title"])} '
        f"<code>{escape(name)}</code></h3><p>{inline(message['summary'])}</p>"
        f'<p class="facts"><span>record key</span> {inline(key["description"])}</p>'
        f'<p class="facts"><span>content type</span> <code>{escape(message["contentType"])}</code></p>{body}</article>'
    )


def _details(title: str, content: str, *, is_open: bool = False) -> str:
    return f"<details{' open' if is_open else ''}><summary>{escape(title)}</summary>{content}</details>"


def _schema_section(document: JsonObject) -> str:
    """What several messages share; the messages' own payloads stand with them."""
    schemas = document["components"]["schemas"]
    own = {m["payload"].get("$ref", "") for m in document["components"]["messages"].values()}
    blocks = "".join(
        _schema_block(name, schema, schemas) for name, schema in schemas.items() if SCHEMA_ADDRESS + name not in own
    )
    return f'<section id="schemas"><h2>Shared schemas</h2>{blocks}</section>'


def _schema_block(name: str, schema: JsonObject, schemas: dict[str, JsonObject]) -> str:
    content = f"<p>{inline(words_of(schema))}</p>" if "enum" in schema else field_table(schema, schemas)
    return (
        f'<article id="schema-{escape(name)}"><h3>{escape(name)}</h3>'
        f"<p>{inline(schema.get('description', ''))}</p>{content}</article>"
    )
