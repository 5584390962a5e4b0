"""What is wrong with settings, all of it at once."""


class SettingsError(Exception):
    """The settings cannot be used; `problems` holds one sentence for each thing wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))
