"""The methods of a `Gateway` that generate images."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, overload

from ..models.config import ImageGenerationConfig
from ..models.keywords import IMAGE_KINDS, read_call, shows_keywords
from ..models.request import ImageGenerationRequest
from ..models.response import ImageGenerationResponse
from .any_modality import AnyModality, OnProgress

if TYPE_CHECKING:
    from typing import Unpack

    from ..job import Job
    from ..models.keyword_types import ImageKeywords
    from ..plan import Plan

_shows_keywords = shows_keywords(IMAGE_KINDS, "ImageKeywords")


class ImageCalls(AnyModality):
    """The methods that generate images."""

    @overload
    def generate_image(
        self,
        config: ImageGenerationConfig | str,
        request: ImageGenerationRequest,
        on_progress: OnProgress = None,
    ) -> ImageGenerationResponse: ...
    @overload
    def generate_image(
        self,
        config: ImageGenerationConfig | str,
        *,
        on_progress: OnProgress = None,
        **keywords: Unpack[ImageKeywords],
    ) -> ImageGenerationResponse: ...
    @_shows_keywords
    def generate_image(
        self,
        config: ImageGenerationConfig | str,
        request: ImageGenerationRequest | None = None,
        on_progress: OnProgress = None,
        **keywords: object,
    ) -> ImageGenerationResponse:
        """Generate images and wait for them; see `tarash.tarash_gateway.generate_image`."""
        config, request = read_call(IMAGE_KINDS, config, request, keywords)
        return cast("ImageGenerationResponse", self.generate(config, request, on_progress=on_progress))

    @overload
    async def generate_image_async(
        self,
        config: ImageGenerationConfig | str,
        request: ImageGenerationRequest,
        on_progress: OnProgress = None,
    ) -> ImageGenerationResponse: ...
    @overload
    async def generate_image_async(
        self,
        config: ImageGenerationConfig | str,
        *,
        on_progress: OnProgress = None,
        **keywords: Unpack[ImageKeywords],
    ) -> ImageGenerationResponse: ...
    @_shows_keywords
    async def generate_image_async(
        self,
        config: ImageGenerationConfig | str,
        request: ImageGenerationRequest | None = None,
        on_progress: OnProgress = None,
        **keywords: object,
    ) -> ImageGenerationResponse:
        """Like `generate_image`, under asyncio or trio; `on_progress` may be an async function."""
        config, request = read_call(IMAGE_KINDS, config, request, keywords)
        running = await self._started(config, request, on_progress)
        return cast("ImageGenerationResponse", await running)

    @overload
    def submit_image(
        self, config: ImageGenerationConfig | str, request: ImageGenerationRequest
    ) -> Job[ImageGenerationResponse]: ...
    @overload
    def submit_image(
        self, config: ImageGenerationConfig | str, **keywords: Unpack[ImageKeywords]
    ) -> Job[ImageGenerationResponse]: ...
    @_shows_keywords
    def submit_image(
        self,
        config: ImageGenerationConfig | str,
        request: ImageGenerationRequest | None = None,
        **keywords: object,
    ) -> Job[ImageGenerationResponse]:
        """Submit an image and return the job; see `tarash.tarash_gateway.submit_image`."""
        config, request = read_call(IMAGE_KINDS, config, request, keywords)
        return cast("Job[ImageGenerationResponse]", self.submit(config, request))

    @overload
    async def submit_image_async(
        self, config: ImageGenerationConfig | str, request: ImageGenerationRequest
    ) -> Job[ImageGenerationResponse]: ...
    @overload
    async def submit_image_async(
        self, config: ImageGenerationConfig | str, **keywords: Unpack[ImageKeywords]
    ) -> Job[ImageGenerationResponse]: ...
    @_shows_keywords
    async def submit_image_async(
        self,
        config: ImageGenerationConfig | str,
        request: ImageGenerationRequest | None = None,
        **keywords: object,
    ) -> Job[ImageGenerationResponse]:
        """Like `submit_image`, under asyncio or trio."""
        config, request = read_call(IMAGE_KINDS, config, request, keywords)
        return cast("Job[ImageGenerationResponse]", await self.submit_async(config, request))

    @overload
    def plan_image(self, config: ImageGenerationConfig | str, request: ImageGenerationRequest) -> Plan: ...
    @overload
    def plan_image(self, config: ImageGenerationConfig | str, **keywords: Unpack[ImageKeywords]) -> Plan: ...
    @_shows_keywords
    def plan_image(
        self,
        config: ImageGenerationConfig | str,
        request: ImageGenerationRequest | None = None,
        **keywords: object,
    ) -> Plan:
        """Return what an image generation would send, without sending it; see `tarash.tarash_gateway.plan_image`."""
        config, request = read_call(IMAGE_KINDS, config, request, keywords)
        return self.plan(config, request)

    @overload
    async def plan_image_async(
        self, config: ImageGenerationConfig | str, request: ImageGenerationRequest
    ) -> Plan: ...
    @overload
    async def plan_image_async(
        self, config: ImageGenerationConfig | str, **keywords: Unpack[ImageKeywords]
    ) -> Plan: ...
    @_shows_keywords
    async def plan_image_async(
        self,
        config: ImageGenerationConfig | str,
        request: ImageGenerationRequest | None = None,
        **keywords: object,
    ) -> Plan:
        """Like `plan_image`, under asyncio or trio."""
        config, request = read_call(IMAGE_KINDS, config, request, keywords)
        return await self.plan_async(config, request)
