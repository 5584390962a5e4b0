"""How sentences are written down, and those of whatever is registered, renamed and archived."""

from collections.abc import Mapping

#: A sentence in each language.
Texts = Mapping[str, str]
#: The texts of events by their types.
Sentences = Mapping[str, Texts]


def texts(en: str, de: str) -> Texts:
    """A sentence in English and in German."""
    return {"en": en, "de": de}


def named(type_name: str, en: str, de: str) -> Sentences:
    """Its life; `en` is its noun, such as `brand`, `de` that with its article as an object: `die Marke`."""
    return {
        f"{type_name}.Registered": texts(
            f"{{who}} added the {en} {{name}}.", f"{{who}} hat {de} {{name}} angelegt."
        ),
        f"{type_name}.Renamed": texts(
            f"{{who}} renamed the {en}[ {{was.name}}] to {{name}}.",
            f"{{who}} hat {de}[ {{was.name}}] in {{name}} umbenannt.",
        ),
        f"{type_name}.Archived": texts(
            f"{{who}} archived the {en} {{self}}.", f"{{who}} hat {de} {{self}} archiviert."
        ),
    }
