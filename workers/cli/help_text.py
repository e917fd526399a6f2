"""Help that reads well at any width."""


def epilog(text: str) -> str:
    """Prose is joined into paragraphs, for the terminal to wrap; indented lines and headings stay lines."""
    paragraphs: list[str] = []
    for line in text.strip("\n").split("\n"):
        stands_alone = not line or line.startswith((" ", "[bold]"))
        if stands_alone or not paragraphs or not paragraphs[-1] or paragraphs[-1].startswith((" ", "[bold]")):
            paragraphs.append(line)
        else:
            paragraphs[-1] += f" {line}"
    return "\n".join(paragraphs)
