"""Secrets written where others read them, looked for in the finished templates, and by a test in the sources (A-02)."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

_SHORTEST = 16  # characters; a generated secret has more
_LEAST_ENTROPY = 3.0  # bits a character; 16 random hexadecimal digits have some 3.2, words with a number in them less
_NAME = r"(?:pass(?:word|wd|phrase)|secret|token|credential|(?:access|api|private|signing)[_-]?key)s?"
_NAMED_SO = re.compile(rf"{_NAME}$", re.IGNORECASE)
_WRITTEN_OUT = re.compile(
    rf"(?P<name>[\w-]*{_NAME})[\"']?\]?(?:: ?[\w.\[\]| ]+)? ?(?:={{1,2}} ?|: |:(?=[\"']))[bfr]{{0,2}}"
    rf"(?P<quote>[\"']?)(?P<value>[\w+/=.~-]{{{_SHORTEST},}})(?P=quote)(?![\w(.\[])",
    re.IGNORECASE,
)
_FORMS = {
    "AWS access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    "private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\\+[nr]|\s)*[A-Za-z0-9+/]{24}"),
    "signed token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}"),
    "Google API key": re.compile(r"\bAIza[\w-]{35}\b"),
}


def secret_violations(template: Mapping[str, Any], names_of_secrets: Collection[str]) -> list[str]:
    """Return a sentence for each secret that a template holds instead of its name in Secrets Manager."""
    return [
        f"{logical_id}: {found} is written out"
        for logical_id, resource in template.get("Resources", {}).items()
        for name, text in _texts(resource)
        if text not in names_of_secrets
        for found in ([name] if _NAMED_SO.search(name) else secrets_in(text))
    ]


def secrets_in(text: str) -> list[str]:
    """Return what each secret in a text is called, never the secret itself."""
    named = [found["name"] for found in _WRITTEN_OUT.finditer(text) if is_random(found["value"])]
    return named + [form for form, pattern in _FORMS.items() for _ in pattern.findall(text)]


def is_random(text: str) -> bool:
    """Tell whether a text looks as if it was made by chance, not chosen by somebody."""
    counts = Counter(text).values()
    entropy = -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
    return entropy >= _LEAST_ENTROPY and bool(re.search(r"\d", text)) and bool(re.search(r"[A-Za-z]", text))


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Give each literal with its name; references have none of their own."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        if value.keys() == {"Name", "Value"}:  # as a container's environment has them
            yield from _texts(value["Value"], value["Name"])
        else:
            for key, inner in value.items():
                yield from _texts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name)
