"""What variants are called."""

from collections.abc import Mapping


def variant_name_of(own: str, options: Mapping[str, str]) -> str:
    """The name of a variant: its own, else what its options are, such as `M / Red`."""
    return own or " / ".join(options.values())
