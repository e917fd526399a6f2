"""Small pieces of HTML. Whatever comes from a document is escaped here, and only here."""

import json
import re
from html import escape

_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*")
_JSON_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>\b(?:true|false|null)\b)'
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
)


def inline(text: str) -> str:
    """One run of text: `code`, **strong** and *stress* become elements."""
    parts, end = [], 0
    for match in _INLINE.finditer(text):
        parts.append(escape(text[end : match.start()]))
        code, strong, stress = match.groups()
        element, content = ("code", code) if code else ("strong", strong) if strong else ("em", stress)
        parts.append(f"<{element}>{escape(content)}</{element}>")
        end = match.end()
    return "".join(parts) + escape(text[end:])


def paragraphs(text: str) -> str:
    """Text with blank lines between its paragraphs."""
    return "".join(f"<p>{inline(part.strip())}</p>" for part in text.split("\n\n") if part.strip())


def code_block(value: object) -> str:
    """JSON, indented and coloured."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    parts, end = [], 0
    for match in _JSON_TOKEN.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(f'<span class="j-{match.lastgroup}">{escape(match.group())}</span>')
        end = match.end()
    return f'<pre class="code"><code>{"".join(parts)}{escape(text[end:])}</code></pre>'


def badge(text: str, kind: str) -> str:
    """A small coloured word."""
    return f'<span class="badge {escape(kind)}">{escape(text)}</span>'


def link(target: str, text: str) -> str:
    """To a place on the same page."""
    return f'<a href="#{escape(target)}">{escape(text)}</a>'
