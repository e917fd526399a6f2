import re
from html.parser import HTMLParser

from workers.asyncapi import build_document
from workers.asyncapi.markup import code_block, inline
from workers.asyncapi.page import document_page, index_page

DOCUMENT = build_document()
PAGE = document_page(DOCUMENT)
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Elements(HTMLParser):
    """Collects ids and links, and insists that every element is closed in its turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


ELEMENTS = Elements(PAGE)


def test_every_channel_and_message_has_its_place() -> None:
    for name, channel in DOCUMENT["channels"].items():
        if channel["address"] is not None:
            assert name in ELEMENTS.ids
            assert channel["address"] in PAGE
    for name in DOCUMENT["components"]["messages"]:
        assert f"message-{name}" in ELEMENTS.ids


def test_links_on_the_page_lead_somewhere_and_ids_are_unique() -> None:
    assert len(ELEMENTS.ids) == len(set(ELEMENTS.ids))
    targets = [value[1:] for name, value in ELEMENTS.attributes if name == "href" and value.startswith("#")]
    assert targets
    assert set(targets) <= set(ELEMENTS.ids)


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert not [value for name, value in ELEMENTS.attributes if name in ("src", "href") and "//" in value]
    assert not re.search(r"@import|url\(", PAGE)


def test_what_comes_from_a_document_is_escaped() -> None:
    hostile = '<img src=x onerror="alert(1)">'
    document = build_document()
    document["info"]["title"] = document["info"]["description"] = hostile
    document["channels"]["coherence"]["title"] = document["channels"]["coherence"]["address"] = hostile
    document["components"]["messages"]["LookupRequest"]["examples"][0]["payload"]["prompt"] = hostile
    page = document_page(document)
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_light_text_markup() -> None:
    assert inline("a `b < c` **d** *e* & f") == "a <code>b &lt; c</code> <strong>d</strong> <em>e</em> &amp; f"


def test_json_is_coloured_by_kind() -> None:
    block = code_block({"key": ['text: "quoted"', 1.5, True, None]})
    for kind in ("key", "text", "number", "word"):
        assert f'class="j-{kind}"' in block
    assert re.sub(r"<[^>]+>", "", block).startswith("{\n  &quot;key&quot;: [")


def test_an_index_is_a_page_of_links() -> None:
    assert ("href", "/stats") in Elements(index_page("Worker", {"/stats": "`JSON`"})).attributes
