"""The response: the same fields for every provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import pydantic

from .deferral import built_on_first_use
from .metadata import ExecutionMetadata

if TYPE_CHECKING:
    from ..media.part_file import Target
    from ..media.saving import SavedFile, SaveProgress
    from ..steps import Flow


@built_on_first_use
class ResponseAsset(pydantic.BaseModel):
    """One output file.

    Attributes:
        kind: name of a modality ("video", "image"), or "audio", "thumbnail" or "other".
        url: https, `file:` or `data:` URL.
        content_type: media type, such as "video/mp4", or None.
        size_bytes: size in bytes, or None.
        width: in pixels, or None.
        height: in pixels, or None.
        duration_seconds: length in seconds, or None.
        expires_at: when the URL stops working, aware, in UTC; None if not known.
        needs_key: whether the download required the provider's key. The gateway has already stored such an asset, so `url` is a
            `file:` URL.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    kind: str
    url: str
    content_type: str | None = None
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    expires_at: datetime | None = None
    needs_key: bool = False


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs from which a response is filled.

    Attributes:
        assets: every output, the main one first; at least one is of the modality's kind.
        duration_seconds: length in seconds, as the provider reports it or as requested.
        revised_prompt: the prompt as the provider rewrote it, or None.
    """

    assets: Sequence[ResponseAsset]
    duration_seconds: float | None
    revised_prompt: str | None = None


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
    # what the gateway allows that made it; not saved, so that no JSON can grant it
    _allows_private_hosts: bool = pydantic.PrivateAttr(default=False)

    def save(
        self,
        path: str | Path,
        *,
        index: int = 0,
        max_bytes: int | None = None,
        allow_private_hosts: bool | None = None,
        timeout_seconds: float | None = None,
        on_progress: Callable[[SaveProgress], object] | None = None,
    ) -> Path:
        """Save one output to `path`; the file is complete and checked, or not written at all.

        If a download breaks off, or returns an error page instead of the result, it is retried.

        Args:
            path: file, or an existing folder, in which the file is named after the request id, with the suffix of its content. `~`
                is your home folder.
            index: position in `assets`; 0 is the main output.
            max_bytes: size limit in bytes; None is 4 GiB.
            allow_private_hosts: whether the URL may point to a private network or to this machine; None is what the gateway
                allows that made the response, and False for one that was read from JSON.
            timeout_seconds: longest time in seconds, including retries; None is one hour.
            on_progress: called with a `SaveProgress` after each chunk.

        Returns:
            The path of the file.

        Raises:
            DownloadError: the host is not allowed, the download took too long, or the file is too large, no longer there, not what
                was generated or not writable.
        """
        from ..transport.connections import process_connections

        flow = self._saving(path, index, max_bytes, allow_private_hosts, timeout_seconds, on_progress)
        return process_connections().run_blocking(flow).path

    async def save_async(
        self,
        path: str | Path,
        *,
        index: int = 0,
        max_bytes: int | None = None,
        allow_private_hosts: bool | None = None,
        timeout_seconds: float | None = None,
        on_progress: Callable[[SaveProgress], object] | None = None,
    ) -> Path:
        """Like `save`, under asyncio or trio."""
        from ..transport.connections import process_connections

        flow = self._saving(path, index, max_bytes, allow_private_hosts, timeout_seconds, on_progress)
        return (await process_connections().run_async(flow)).path

    def _saving(
        self,
        path: str | Path,
        index: int,
        max_bytes: int | None,
        allow_private_hosts: bool | None,
        timeout_seconds: float | None,
        on_progress: Callable[[SaveProgress], object] | None,
    ) -> Flow[SavedFile]:
        from ..media.saving import DEFAULT_MAX_BYTES, SaveLimits, save_url

        asset = self.assets[index]
        limits = SaveLimits(
            max_bytes=DEFAULT_MAX_BYTES if max_bytes is None else max_bytes,
            allow_private_hosts=self._allows_private_hosts
            if allow_private_hosts is None
            else allow_private_hosts,
            kind=asset.kind,
            size_bytes=asset.size_bytes,
        )
        target = self._target(path, index)
        return save_url(asset.url, target, limits, timeout_seconds=timeout_seconds, on_progress=on_progress)

    def allowing_private_hosts(self, allowed: bool) -> Self:
        """Set the default of `allow_private_hosts` in `save`, and return the response."""
        self._allows_private_hosts = allowed
        return self

    @classmethod
    def fields_of(cls, outputs: Outputs) -> Mapping[str, object]:  # noqa: ARG003 - it has no field of its own
        """Return the fields that only this response class has, filled from the outputs.

        Override it in the response class of your own modality.
        """
        return {}

    def _target(self, path: str | Path, index: int) -> Target:
        from ..media.part_file import Target

        target = Path(path).expanduser()
        if not target.is_dir():
            return Target.of(target)
        name = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in self.request_id)
        asset = self.assets[index]
        return Target(
            target,
            f"{name[:200]}-{index + 1}" if index else name[:200],
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
