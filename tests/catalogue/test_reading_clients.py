"""Types are read from the source of clients: TypeScript declarations, and Python modules that are never imported."""

from __future__ import annotations

import pytest

from catalogue_check.facts import KnownModel, Shape
from catalogue_check.fal_client import read_endpoints
from catalogue_check.python_types import PythonTypes
from catalogue_check.typescript import Declarations, Named, TypeScriptError

ENDPOINTS = """
/** A size; braces { in a comment } are skipped. */
export type Size = { width?: number; height?: number; };
export interface Shared { prompt: string; }
export type ClipInput = Shared & {
    /** Default value: `"5"` */
    duration?: "5" | "10";
    size?: Size | "square" | 'wide';
    frames: Array<string>;
    'odd-name'?: (string | null)[];
    loop?: true | false;
    steps?: 1 | 2.5 | -3;
    more?: Record<string, any>;
    [key: string]: unknown;
};
export type ClipAlias = ClipInput;
export type ClipOutput = { video: File; seed: number; };
export type SpeechInput = { text: string };
export type SpeechOutput = { audio: File };
export type EndpointTypeMap = {
    "acme/clip": { input: ClipAlias; output: ClipOutput; };
    "acme/speech": { input: SpeechInput; output: SpeechOutput; };
};
"""

MODULES = {
    "acme/types/model.py": """
from typing_extensions import Literal, TypeAlias
ClipModel: TypeAlias = Union[str, Literal["clip-1", "clip-2"]]
""",
    "acme/types/length.py": "Length: TypeAlias = Literal[4, 8]\n",
    "acme/types/clip_params.py": '''
from typing import Optional, Union
from .length import Length
class Base(TypedDict, total=False):
    prompt: Required[str]
class Quick(Base, total=False):
    model: Required[Literal["quick", "quick-mini"]]
    seconds: Length
class Slow(Base, total=False):
    model: Required[Literal["slow"]]
    start_image: Required[Annotated[Union[str, Iterable[Frame]], PropertyInfo(alias="startImage")]]
    """What it begins with."""
    sound: Optional[bool]
    scale: float | Literal["auto"]
class Frame(TypedDict, total=False):
    uri: Required[str]
''',
}


def _told(known: KnownModel) -> dict[str, tuple[bool, Shape]]:
    return {name: (field.required, field.shape) for name, field in known.fields.items()}


def _free(*kinds: str) -> Shape:
    return Shape(free=frozenset(kinds))  # type: ignore[arg-type]  # the names stand in the test


def test_an_endpoint_has_the_fields_of_its_input_with_their_values() -> None:
    (endpoint,) = read_endpoints(ENDPOINTS).items()
    assert endpoint[0] == "acme/clip"
    assert _told(endpoint[1]) == {
        "prompt": (True, _free("text")),
        "duration": (False, Shape(values=("5", "10"))),
        "size": (False, Shape(values=("square", "wide"), free=frozenset({"object"}))),
        "frames": (True, _free("list")),
        "odd-name": (False, _free("list")),
        "loop": (False, Shape(values=(True, False))),
        "steps": (False, Shape(values=(1, 2.5, -3))),
        "more": (False, _free("object")),
    }


def test_what_makes_neither_videos_nor_images_is_left_out() -> None:
    assert "acme/speech" not in read_endpoints(ENDPOINTS)


def test_a_type_that_nobody_declares_has_no_members() -> None:
    assert Declarations(ENDPOINTS).members(Named("Nowhere")) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("export function f(): void;", "types and interfaces are read only"),
        ("export type A = { b: string ", "the file ends inside a declaration"),
        ("export type A = Array<", "the file ends inside a declaration"),
        ("export type A = { [key: ", "the file ends inside a declaration"),
        ("export type A", "expected '=', found ''"),
        ("export type A = { b string };", "expected ':', found 'string'"),
        ("export type A = #;", "unexpected '#;'"),
    ],
)
def test_a_declaration_that_cannot_be_read_is_reported(text: str, message: str) -> None:
    with pytest.raises(TypeScriptError, match=message):
        Declarations(text)


def test_each_class_with_a_model_says_what_its_models_take() -> None:
    found = dict(PythonTypes(MODULES).requests("clip_params"))
    assert list(found) == [("quick", "quick-mini"), ("slow",)]
    assert _told(found["slow",]) == {
        "prompt": (True, _free("text")),
        "startImage": (True, _free("text", "list")),
        "sound": (False, _free("boolean")),
        "scale": (False, Shape(values=("auto",), free=frozenset({"number"}))),
    }
    assert found["slow",].closed
    # two models share a class, and which of them takes what is unknown
    assert not found["quick", "quick-mini"].closed
    assert _told(found["quick", "quick-mini"])["seconds"] == (False, Shape(values=(4, 8)))


def test_an_alias_lists_the_names_of_models() -> None:
    assert PythonTypes(MODULES).values("model", "ClipModel") == ("clip-1", "clip-2")
    plain = {"acme/types/model.py": 'Model = Union[Literal["clip-3"], Unknown]\nFIRST = 1\n'}
    assert PythonTypes(plain).values("model", "Model") == ("clip-3",)


def test_a_field_is_required_of_a_model_with_two_requests_only_if_both_require_it() -> None:
    types = PythonTypes(MODULES)
    merged = KnownModel(fields=types.fields("clip_params", "Slow")).merged(
        KnownModel(fields=types.fields("clip_params", "Quick"))
    )
    assert [name for name, field in merged.fields.items() if field.required] == ["prompt", "model"]
    assert merged.fields["model"].shape.values == ("slow", "quick", "quick-mini")
