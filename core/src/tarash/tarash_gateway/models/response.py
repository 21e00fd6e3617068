"""The response: the same fields for every provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

import pydantic

from ..exceptions import ValidationError
from .addresses import without_query
from .asset import Outputs, ResponseAsset
from .deferral import built_on_first_use
from .metadata import ExecutionMetadata
from .money import dollars

if TYPE_CHECKING:
    from ..media.delivering import WritableBinary
    from ..media.part_file import Target
    from ..media.saving import SaveProgress
    from ..steps import Flow


_SHOWN = frozenset({"video", "image", "audio"})


class GenerationResponse(pydantic.BaseModel):
    """A completed generation; the fields of video and image responses alike.

    Attributes:
        request_id: the provider's id of the job; the gateway's id if the provider has none.
        status: always "completed"; failures are exceptions.
        is_mock: whether the mock made it.
        provider: id of the provider that generated it.
        model: name of the model that generated it.
        content_type: media type of the main output, such as "video/mp4", or None.
        aspect_ratio: such as "16:9", or None.
        resolution: such as "720p" or "1280x720", or None.
        seed: the seed used, if the provider reports it.
        assets: every output, the main one first.
        raw_response: the provider's answer, as parsed JSON.
        execution_metadata: the ledger of all attempts.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    request_id: str = ""
    status: Literal["completed"] = "completed"
    is_mock: bool = False
    provider: str = ""
    model: str = ""
    content_type: str | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    seed: int | None = None
    assets: tuple[ResponseAsset, ...] = ()
    raw_response: object = pydantic.Field(default=None, repr=False)
    execution_metadata: ExecutionMetadata = pydantic.Field(default_factory=ExecutionMetadata)
    # what the gateway allows that made it, which no constructor takes; not saved, so that no JSON can grant it
    _allows_private_hosts: bool = pydantic.PrivateAttr(default=False)

    @overload
    def save(
        self,
        path: str | Path,
        *,
        index: int = 0,
        overwrite: bool = False,
        max_bytes: int | None = None,
        allow_private_hosts: bool | None = None,
        timeout_seconds: float | None = None,
        on_progress: Callable[[SaveProgress], object] | None = None,
    ) -> Path: ...
    @overload
    def save(
        self,
        path: WritableBinary,
        *,
        index: int = 0,
        overwrite: bool = False,
        max_bytes: int | None = None,
        allow_private_hosts: bool | None = None,
        timeout_seconds: float | None = None,
        on_progress: Callable[[SaveProgress], object] | None = None,
    ) -> None: ...
    def save(
        self,
        path: str | Path | WritableBinary,
        *,
        index: int = 0,
        overwrite: bool = False,
        max_bytes: int | None = None,
        allow_private_hosts: bool | None = None,
        timeout_seconds: float | None = None,
        on_progress: Callable[[SaveProgress], object] | None = None,
    ) -> Path | None:
        """Save one output; a file is complete and checked, or not written at all.

        If a download breaks off, or returns an error page instead of the result, it is retried.

        Args:
            path: file, whose suffix converts nothing; folder, which exists or ends with a slash, and in which the file is named
                after the request id, with the suffix of its content; file object opened for writing bytes; or a URL of fsspec,
                such as "s3://bucket/clip.mp4", if fsspec and the package of that store are installed. Missing folders are
                created. `~` is your home folder.
            index: position in `assets`; 0 is the main output.
            overwrite: whether an existing file is replaced; otherwise it is an error, since it may have been paid for.
            max_bytes: size limit in bytes; None is 4 GiB.
            allow_private_hosts: whether the URL may point to a private network or to this machine; None takes the setting of the
                gateway that made the response, and False for a response that was read from JSON.
            timeout_seconds: longest time in seconds, including retries; None is one hour.
            on_progress: called with a `SaveProgress` after each chunk.

        Returns:
            The path of the file; for a URL of fsspec, its path in that store; for a file object, None.

        Raises:
            DownloadError: the file exists, the host is not allowed, the download took too long, or the file is too large, no
                longer there, not what was generated or not writable.
            ValidationError: there is no such output, the path is of a wrong type, or fsspec is not installed.
        """
        from ..transport.connections import process_connections

        flow = self._saving(
            path, index, overwrite, max_bytes, allow_private_hosts, timeout_seconds, on_progress
        )
        return process_connections().run_blocking(flow)

    @overload
    async def save_async(
        self,
        path: str | Path,
        *,
        index: int = 0,
        overwrite: bool = False,
        max_bytes: int | None = None,
        allow_private_hosts: bool | None = None,
        timeout_seconds: float | None = None,
        on_progress: Callable[[SaveProgress], object] | None = None,
    ) -> Path: ...
    @overload
    async def save_async(
        self,
        path: WritableBinary,
        *,
        index: int = 0,
        overwrite: bool = False,
        max_bytes: int | None = None,
        allow_private_hosts: bool | None = None,
        timeout_seconds: float | None = None,
        on_progress: Callable[[SaveProgress], object] | None = None,
    ) -> None: ...
    async def save_async(
        self,
        path: str | Path | WritableBinary,
        *,
        index: int = 0,
        overwrite: bool = False,
        max_bytes: int | None = None,
        allow_private_hosts: bool | None = None,
        timeout_seconds: float | None = None,
        on_progress: Callable[[SaveProgress], object] | None = None,
    ) -> Path | None:
        """Like `save`, under asyncio or trio; a file object is written to in a worker thread."""
        from ..transport.connections import process_connections

        flow = self._saving(
            path, index, overwrite, max_bytes, allow_private_hosts, timeout_seconds, on_progress
        )
        return await process_connections().run_async(flow)

    def _saving(
        self,
        path: str | Path | WritableBinary,
        index: int,
        overwrite: bool,
        max_bytes: int | None,
        allow_private_hosts: bool | None,
        timeout_seconds: float | None,
        on_progress: Callable[[SaveProgress], object] | None,
    ) -> Flow[Path | None]:
        from ..media.delivering import deliver
        from ..media.saving import DEFAULT_MAX_BYTES, SaveLimits

        index = self._position(index)
        asset = self.assets[index]
        limits = SaveLimits(
            max_bytes=DEFAULT_MAX_BYTES if max_bytes is None else max_bytes,
            allow_private_hosts=self._allows_private_hosts
            if allow_private_hosts is None
            else allow_private_hosts,
            kind=asset.kind,
            size_bytes=asset.size_bytes,
        )
        return deliver(
            asset.url,
            path,
            self._named(index),
            limits,
            overwrite=overwrite,
            timeout_seconds=timeout_seconds,
            on_progress=on_progress,
        )

    def show(self, *, index: int = 0) -> None:
        """Open one output in the browser, or in the program for its kind.

        A notebook shows the response without it, if it is the last value of a cell.

        Args:
            index: position in `assets`; 0 is the main output.

        Raises:
            DownloadError: no program opens it, or the stored file is gone.
            ValidationError: there is no such output.
        """
        from ..media.showing import open_output

        asset = self.assets[self._position(index)]
        open_output(asset.url, asset.kind)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002 - IPython's protocol
        """Return what a notebook shows: the clips or the pictures, and the line for everything else."""
        from ..media.showing import element

        shown = "".join(element(asset.url, asset.kind) for asset in self.assets if asset.kind in _SHOWN)
        return {"text/plain": repr(self)} | ({"text/html": shown} if shown else {})

    def __repr__(self) -> str:
        """Return one line that says what was generated and what it cost, without signatures and without content."""
        main = self.assets[0].url if self.assets else ""
        told: dict[str, object] = {
            "provider": self.provider,
            "model": self.model,
            "url": f"{main[:30]}…" if main[:5] == "data:" else without_query(main)[:200],
            "request_id": self.request_id,
            "outputs": len(self.assets) if len(self.assets) > 1 else "",
        }
        facts = [f"{name}={value!r}" for name, value in told.items() if value]
        if self.execution_metadata.attempts:
            facts.append(f"cost={dollars(self.execution_metadata.total_cost_usd)}")
        return f"{type(self).__name__}({', '.join(facts)}{', is_mock=True' if self.is_mock else ''})"

    __str__ = __repr__

    @classmethod
    def fields_of(cls, outputs: Outputs) -> Mapping[str, object]:  # noqa: ARG003 - it has no field of its own
        """Return the fields that only this response class has, filled from the outputs.

        Override it in the response class of your own modality.
        """
        return {}

    def _position(self, index: int) -> int:
        """Return the position of an output; a negative index counts from the end."""
        try:
            return range(len(self.assets))[index]
        except (IndexError, TypeError) as error:
            raise ValidationError(
                f"index={index!r} is not an output; `assets` of the response has {len(self.assets)}, counted from 0"
            ) from error

    def _named(self, index: int) -> Target:
        """Return the name of an output in a folder."""
        from ..media.part_file import Target, file_stem

        name = file_stem(self.request_id)
        asset = self.assets[index]
        return Target(
            Path(),
            f"{name}-{index + 1}" if index else name,
            suffix_of_content=True,
            kind=asset.kind,
            content_type=asset.content_type or "",
        )


@built_on_first_use
class VideoGenerationResponse(GenerationResponse):
    """A generated video.

    Attributes:
        video: URL of the clip: https, `file:` if the gateway stored it, or `data:` from the mock.
        audio_url: URL of a separate sound track, or None.
        duration: length in seconds, or None if not known.
    """

    video: str
    audio_url: str | None = None
    duration: float | None = None

    @classmethod
    def fields_of(cls, outputs: Outputs) -> Mapping[str, object]:
        """Return the clip, its separate sound track and its length."""
        audio = next((asset.url for asset in outputs.assets if asset.kind == "audio"), None)
        return {"video": outputs.assets[0].url, "audio_url": audio, "duration": outputs.duration_seconds}


@built_on_first_use
class ImageGenerationResponse(GenerationResponse):
    """Generated images.

    Attributes:
        image: URL of the first image.
        images: URLs of all images, in order.
        revised_prompt: the prompt as the provider rewrote it, or None.

    One of `image` and `images` fills in the other.
    """

    image: str = ""
    images: tuple[str, ...] = ()
    revised_prompt: str | None = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def _both(cls, values: object) -> object:
        if not isinstance(values, dict):
            return values
        found = {str(name): value for name, value in values.items()}
        image, images = found.get("image"), found.get("images")
        if images and not image:
            found["image"] = next(iter(images))
        elif image and not images:
            found["images"] = (image,)
        return found

    @classmethod
    def fields_of(cls, outputs: Outputs) -> Mapping[str, object]:
        """Return the first image and all images."""
        main = outputs.assets[0]
        images = tuple(asset.url for asset in outputs.assets if asset.kind == main.kind)
        return {"image": images[0], "images": images, "revised_prompt": outputs.revised_prompt}


__all__ = [
    "GenerationResponse",
    "ImageGenerationResponse",
    "Outputs",
    "ResponseAsset",
    "VideoGenerationResponse",
]
