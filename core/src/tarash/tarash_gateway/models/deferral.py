"""Models are built on first use, so that importing them is fast; other libraries need not know."""

from __future__ import annotations

from typing import TypeVar

import pydantic

ModelT = TypeVar("ModelT", bound=pydantic.BaseModel)


def built_on_first_use(model: type[ModelT]) -> type[ModelT]:
    """Hide `defer_build` after a class was created with it, by which time it has done its work.

    Expected: FastAPI takes the model as a body. Seen with pydantic 2.14 and FastAPI 0.165: the adapter that FastAPI makes is
    deferred, too, and when it is built later, it warns of field attributes that FastAPI set. It can go once pydantic does not.
    """
    model.model_config = pydantic.ConfigDict(**{**model.model_config, "defer_build": False})
    return model
