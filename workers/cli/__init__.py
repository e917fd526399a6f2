"""The `semantic-cache` command."""


def main() -> None:
    """Run the command line."""
    raise SystemExit("not wired yet")
