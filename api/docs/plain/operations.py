"""An operation in Markdown."""

from typing import Any

from api.docs.fields import fields_of, name_of, parameters_of
from api.docs.markup import json_of
from api.docs.operations import headers_of
from api.docs.outcomes import answer_example, elsewhere, outcomes_of
from api.docs.plain.tables import plain_table
from api.docs.samples import refusal_of, samples_of

Json = dict[str, Any]

_FENCES = {"curl": "sh"}


def plain_operation(document: Json, method: str, path: str, operation: Json) -> str:
    """The section of an operation."""
    parts = [
        f'## <a id="{operation["operationId"]}"></a>{operation["summary"]}',
        f"`{method.upper()} {path}`",
        operation["description"].removeprefix(f"{operation['summary']}.").strip(),
        *_input(document, operation),
        _answers(document, operation),
        *_examples(document, method, path, operation),
    ]
    return "\n\n".join(part for part in parts if part)


def _input(document: Json, operation: Json) -> list[str]:
    schemas = document["components"]["schemas"]
    own = parameters_of(operation)
    parts = [f"### Parameters\n\n{plain_table(own, 'Parameter')}"] if own else []
    body = operation.get("requestBody")
    if body is not None:
        media, content = next(iter(body["content"].items()))
        name = name_of(content["schema"])
        shown = plain_table(fields_of(schemas[name], schemas, deep=True)) if name else f"A file: `{media}`"
        parts.append(f"### Body\n\n{shown}")
    headers = ", ".join(f"[`{name}`](#{there})" for name, there in headers_of(operation))
    return [*parts, f"Headers it understands: {headers}"] if headers else parts


def _answers(document: Json, operation: Json) -> str:
    rows = "\n".join(f"- `{outcome.status}`: {outcome.words}" for outcome in outcomes_of(document, operation))
    everywhere = ", ".join(elsewhere(document, operation))
    also = f"\n\nAnd, [as everywhere](#errors), {everywhere}." if everywhere else ""
    return f"### Answers\n\n{rows}{also}"


def _examples(document: Json, method: str, path: str, operation: Json) -> list[str]:
    parts = ["### Example"]
    parts += [f"```{_FENCES.get(key, key)}\n{text}\n```" for key, text in samples_of(method, path, operation)]
    if example := answer_example(operation):
        parts.append(f"Answer {example[0]}:\n\n```json\n{json_of(example[1])}\n```")
    if refused := refusal_of(document, operation):
        parts.append(f"Refusal {refused.status}:\n\n```json\n{json_of(refused.body)}\n```")
    return parts
