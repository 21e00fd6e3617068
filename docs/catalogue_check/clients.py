"""Where the official clients name their models: which package, which modules of it, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .facts import KnownModel
from .fal_client import read_endpoints
from .packages import Package, open_package
from .python_types import PythonTypes

Reader = Callable[[Package], Mapping[str, KnownModel]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One official client of a provider.

    Attributes:
        package: name of the distribution.
        wanted: the end of the paths that are read.
        read: returns the models by name.
    """

    package: str
    wanted: str
    read: Reader


def read_client(folder: Path, client: Client) -> tuple[str, Mapping[str, KnownModel]]:
    """Return name and version of a downloaded client, and the models that it knows.

    Raises:
        PackageMissingError: it was not downloaded, or no longer has the file.
    """
    package = open_package(
        folder, client.package, lambda path: path.endswith(client.wanted) and "/types/" in path
    )
    return str(package), client.read(package)


def _fal(package: Package) -> Mapping[str, KnownModel]:
    return read_endpoints(package.file("types/endpoints.d.ts"))


def _openai(package: Package) -> Mapping[str, KnownModel]:
    types = PythonTypes(package.files)
    found: dict[str, KnownModel] = {}
    for module, alias, class_name in (
        ("image_model", "ImageModel", "ImageGenerateParamsBase"),
        ("video_model", "VideoModel", "VideoCreateParams"),
    ):
        request = {"image_model": "image_generate_params", "video_model": "video_create_params"}[module]
        # one class says what any of the models takes
        known = KnownModel(fields=types.fields(request, class_name), closed=False)
        if module == "image_model":
            edits = types.fields("image_edit_params", "ImageEditParamsBase")
            known = known.merged(KnownModel(fields=edits, closed=False))
        fields = {name: field for name, field in known.fields.items() if name != "model"}
        found |= {str(name): KnownModel(fields=fields, closed=False) for name in types.values(module, alias)}
    return found


def _requests(*modules: str) -> Reader:
    """Read every typed dictionary of these modules that names its model."""

    def read(package: Package) -> Mapping[str, KnownModel]:
        types = PythonTypes(package.files)
        found: dict[str, KnownModel] = {}
        for module in modules:
            for names, known in types.requests(module):
                for name in names:
                    found[name] = found[name].merged(known) if name in found else known
        return found

    return read


def _names(module: str, *aliases: str, only: str = "") -> Reader:
    """Read aliases that list the names of models; of a list with other models, too, those that match `only`."""

    def read(package: Package) -> Mapping[str, KnownModel]:
        types = PythonTypes(package.files)
        names = (str(name) for alias in aliases for name in types.values(module, alias))
        return {name: KnownModel() for name in names if re.search(only, name)}

    return read


_OPENAI: Final = Client(package="openai", wanted=".py", read=_openai)
CLIENTS: Final[Mapping[str, Sequence[Client]]] = {
    "azure_openai": (_OPENAI,),
    "fal": (Client(package="fal-ai-client", wanted="endpoints.d.ts", read=_fal),),
    "google": (
        Client(
            package="google-genai",
            wanted="interactions/model.py",
            read=_names("model", "Model", only="image|banana|omni|veo"),
        ),
    ),
    "luma": (
        Client(
            package="lumaai",
            wanted=".py",
            read=_requests("generation_create_params", "image_create_params", "video_create_params"),
        ),
        Client(package="luma-agents", wanted=".py", read=_names("model", "Model")),
    ),
    "openai": (_OPENAI,),
    "runway": (
        Client(
            package="runwayml",
            wanted="_params.py",
            read=_requests(
                "text_to_video_create_params",
                "image_to_video_create_params",
                "video_to_video_create_params",
                "character_performance_create_params",
                "text_to_image_create_params",
            ),
        ),
    ),
    "xai": (
        Client(
            package="xai-sdk",
            wanted=".py",
            read=_names("model", "ImageGenerationModel", "VideoGenerationModel"),
        ),
    ),
}
"""The clients whose types name models. Those of ByteDance and Replicate take any name, and the others have none."""

PRICE_PACKAGE: Final = "litellm"
PRICE_SECTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    # its prices of Singapore; "dashscope" has those of Beijing
    "alibaba": {"qwencloud": "qwencloud"},
    "azure_openai": {"azure": "azure"},
    "bfl": {"black_forest_labs": "black_forest_labs"},
    "bytedance": {"volcengine": "volcengine"},
    "fal": {"fal_ai": "fal_ai"},
    "google": {
        "gemini": "gemini",
        "vertex_ai-video-models": "vertex_ai",
        "vertex_ai-language-models": "vertex_ai",
    },
    "minimax": {"minimax": "minimax"},
    "openai": {"openai": "openai"},
    "runway": {"runwayml": "runwayml"},
    "stability": {"stability": "stability"},
    "xai": {"xai": "xai"},
}
"""LiteLLM's names of our providers, and how their model names begin. It has no price of Luma, of Kling, nor of a picture or a clip on
Replicate."""
_STABILITY_FOLDERS: Final[Mapping[str, Sequence[str]]] = {
    "control": ("sketch", "structure", "style", "style-transfer"),
    "edit": (
        "erase", "inpaint", "outpaint", "remove-background", "replace-background-and-relight", "search-and-recolor",
        "search-and-replace",
    ),
    "upscale": ("conservative", "creative", "fast"),
}  # fmt: skip
OUR_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "stability": {name: f"{folder}/{name}" for folder, names in _STABILITY_FOLDERS.items() for name in names}
}
"""Our name by the price map's, where it leaves out a part of the path."""
