"""The short name of `tarash.tarash_gateway`: the same names, the same objects.

    from tarash_gateway import generate_video

Like the long name, it loads each name when it is first used. The modules below it, such as `.plugin`, have the long name only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import tarash.tarash_gateway as _package

__all__ = []
__all__ += _package.__all__

__version__ = _package.__version__

if TYPE_CHECKING:
    from tarash.tarash_gateway import *  # noqa: F403 - a type checker refuses what is not there
else:

    def __getattr__(name: str) -> object:
        value = getattr(_package, name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return dir(_package)
