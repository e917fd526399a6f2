"""The `semantic-cache` command. What a subcommand needs is imported when it runs: `--help` answers at once."""


def main() -> None:
    """Run the command line."""
    from workers.cli.app import app

    app()
