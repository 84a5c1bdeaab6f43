"""The OpenAPI document and the page that shows it."""

import base64
import gzip
import hashlib
import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from lambdas.api.app import resolver
from lambdas.api.gate import PUBLIC_ROUTES
from lambdas.api.openapi import document, url_fields
from lambdas.api.schemas.shape import Schema
from tests.lambdas.api.platform import Answer, Platform
from tests.lambdas.api.routes import routes

PROMISES = Path(__file__).parents[3] / "docs" / "promises.tsv"
DOCUMENT: dict[str, Any] = document(resolver)
OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    (method.upper(), path): operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}


def _named(schema: type[Schema]) -> dict[str, type[Schema]]:
    return {schema.__name__: schema} | {
        name: each for sub in schema.__subclasses__() for name, each in _named(sub).items()
    }


SCHEMAS = _named(Schema)
LABELS = [" ".join(each) for each in OPERATIONS]
TOLD = "lambdas.api.openapi:document"


@pytest.mark.attack("Z-22", guard=TOLD, part="what the document tells")
def test_it_tells_of_every_route_and_of_no_other() -> None:
    told = {(method.upper(), path) for path, each in document(resolver)["paths"].items() for method in each}
    assert told == {(method, re.sub(r"<(\w+)>", r"{\1}", path)) for method, path in routes()}


@pytest.mark.parametrize("route", OPERATIONS, ids=LABELS)
def test_every_operation_says_what_a_client_needs(route: tuple[str, str]) -> None:
    operation = OPERATIONS[route]
    assert operation["summary"]
    assert re.fullmatch(r"[a-z]+[A-Za-z]*", operation["operationId"])
    assert {tag["name"] for tag in DOCUMENT["tags"]} >= set(operation["tags"]) != set()
    assert operation.get("security") == (None if route in PUBLIC_ROUTES else [{"accessToken": []}])
    assert "401" in operation["responses"] or route in PUBLIC_ROUTES
    assert ("413" in operation["responses"]) == ("415" in operation["responses"]) == ("requestBody" in operation)
    assert operation["x-promises"]


def test_no_name_is_given_twice() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(names) == len(set(names))


def test_every_promise_it_names_is_one() -> None:
    known = {line.split("\t")[0] for line in PROMISES.read_text(encoding="utf-8").splitlines()}
    assert {each for operation in OPERATIONS.values() for each in operation["x-promises"]} <= known


@pytest.mark.parametrize(
    ("promise", "names"),
    [
        pytest.param(promise, names, marks=pytest.mark.promise("P-72", guard=TOLD, part=part))
        for part, promise, names in (
            ("history", "P-16", {"listPositions"}),
            ("prepaid", "P-12", {"getSim", "orderTopUp", "listTopUps", "getTopUp"}),
            ("activity", "P-20", {"listActivity"}),
        )
    ],
)
def test_what_was_promised_can_be_asked_for(promise: str, names: set[str]) -> None:
    told = [operation for path in document(resolver)["paths"].values() for operation in path.values()]
    assert names <= {operation["operationId"] for operation in told if promise in operation["x-promises"]}


def test_a_password_is_taken_in_these_bodies_and_shown_in_none() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    holding = {
        name for name, schema in schemas.items() if {"password", "new_password"} & schema.get("properties", {}).keys()
    }
    assert holding == {"SignInRequest", "RegistrationRequest", "ShownPassword", "PasswordChange", "PasswordReset"}
    for route, operation in OPERATIONS.items():
        assert not [each for each in operation.get("parameters", ()) if "password" in each["name"]], route
        answers = json.dumps(operation["responses"])
        assert not [name for name in holding if f'/{name}"' in answers], route


@pytest.mark.parametrize("route", OPERATIONS, ids=LABELS)
def test_every_example_is_what_its_type_says(route: tuple[str, str]) -> None:
    for status, response in OPERATIONS[route]["responses"].items():
        content = response.get("content", {}).get("application/json", {})
        if status == "200" and "$ref" in content.get("schema", {}):
            model = SCHEMAS[content["schema"]["$ref"].rpartition("/")[2]]
            [example] = [each["value"] for each in content["examples"].values()]
            assert json.loads(model.model_validate(example).model_dump_json()) == example


def test_no_reference_points_nowhere_and_nothing_is_left_over() -> None:
    text = json.dumps(DOCUMENT)
    references = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert references == set(DOCUMENT["components"]["schemas"])


def test_an_object_of_ours_holds_exactly_its_fields() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        if schema["type"] == "object":
            assert schema["additionalProperties"] is False, name


def test_no_refusal_is_described_otherwise_than_it_is() -> None:
    for operation in OPERATIONS.values():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"]


def test_every_code_of_a_problem_is_told(platform: Platform) -> None:
    told = DOCUMENT["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    assert {"internal_error", "not_signed_in", "too_many_zones", "push_not_available"} < set(told)
    assert platform.ask("GET", "/nowhere").json["code"] in told


def test_what_is_served_is_this_document(platform: Platform) -> None:
    answer = platform.ask("GET", "/v1/openapi.json")
    assert (answer.status, answer.json) == (200, DOCUMENT)
    assert answer.headers["Content-Type"] == "application/json"


def test_the_keys_are_served_for_anyone_to_keep_for_a_while(platform: Platform) -> None:
    answer = platform.ask("GET", "/.well-known/jwks.json")
    assert set(answer.json) == {"keys"}
    assert [set(key) for key in answer.json["keys"]] == [{"kty", "use", "alg", "kid", "n", "e"}]
    assert answer.headers["Cache-Control"] == "public, max-age=300"


@pytest.fixture(scope="module")
def page() -> Answer:
    return Platform().ask("GET", "/v1/docs")


def test_the_page_is_small_enough_for_a_lambda_and_comes_compressed_where_that_is_understood(page: Answer) -> None:
    assert len(page.body) < 6_000_000
    compressed = Platform().ask("GET", "/v1/docs", headers={"accept-encoding": "gzip, br"})
    assert compressed.is_base64
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(base64.b64decode(compressed.body)).decode() == page.body


def test_the_page_asks_no_other_host_for_anything(page: Answer) -> None:
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    markup = re.sub(r"<(script|style)>.*?</\1>", r"<\1></\1>", page.body, flags=re.DOTALL)
    assert re.findall(r"(?:src|href|action)=", markup) == []
    policy = dict(each.strip().split(" ", 1) for each in page.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert policy["img-src"] == "data:"
    assert not re.search(r"https?:|\*|unsafe-eval", page.headers["Content-Security-Policy"])


def test_the_pages_policy_lets_its_own_scripts_run_and_no_others(page: Answer) -> None:
    scripts = re.findall(r"<script>(.*?)</script>", page.body, flags=re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts]
    policy = dict(each.strip().split(" ", 1) for each in page.headers["Content-Security-Policy"].split(";"))
    assert policy["script-src"].split() == [f"'sha256-{each}'" for each in hashes]
    assert len(scripts) == 2
    assert '"none"' in scripts[1], "Swagger's validator is never asked"


def test_every_list_is_read_in_pages() -> None:
    lists = [operation for operation in OPERATIONS.values() if operation["operationId"].startswith("list")]
    assert lists
    for operation in lists:
        assert {"limit", "cursor"} <= {parameter["name"] for parameter in operation["parameters"]}
        content = operation["responses"]["200"]["content"]["application/json"]
        page = DOCUMENT["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        assert page["properties"].keys() == {"items", "next"}


def test_whoever_answers_a_list_says_so_in_its_name() -> None:
    for operation in OPERATIONS.values():
        content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        fields = DOCUMENT["components"]["schemas"].get(name, {}).get("properties", {})
        if "items" in fields:
            assert operation["operationId"].startswith("list"), operation["operationId"]


@pytest.mark.attack("Z-17", guard="lambdas.api.openapi:url_fields", part="no route takes an address")
@pytest.mark.parametrize(
    "field", [{"picture_url": {"type": "string"}}, {"picture": {"type": "string", "format": "uri"}}]
)
def test_no_route_takes_an_address_that_it_would_fetch(field: dict[str, Any]) -> None:
    assert not url_fields(DOCUMENT)
    taking = deepcopy(DOCUMENT)
    taking["components"]["schemas"]["Circle"]["properties"] |= field
    assert url_fields(taking) == [
        f"/v1/watches/{{watch_id}}/zones{name} {next(iter(field))}" for name in ("", "/{zone_id}")
    ]
