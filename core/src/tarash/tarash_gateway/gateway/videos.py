"""The methods of a `Gateway` that generate videos."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, overload

from ..models.config import VideoGenerationConfig
from ..models.keywords import VIDEO_KINDS, read_call, shows_keywords
from ..models.request import VideoGenerationRequest
from ..models.response import VideoGenerationResponse
from .any_modality import AnyModality, OnProgress

if TYPE_CHECKING:
    from typing import Unpack

    from ..job import Job
    from ..models.keyword_types import VideoKeywords
    from ..plan import Plan

_shows_keywords = shows_keywords(VIDEO_KINDS, "VideoKeywords")


class VideoCalls(AnyModality):
    """The methods that generate videos."""

    @overload
    def generate_video(
        self,
        config: VideoGenerationConfig | str,
        request: VideoGenerationRequest,
        on_progress: OnProgress = None,
    ) -> VideoGenerationResponse: ...
    @overload
    def generate_video(
        self,
        config: VideoGenerationConfig | str,
        *,
        on_progress: OnProgress = None,
        **keywords: Unpack[VideoKeywords],
    ) -> VideoGenerationResponse: ...
    @_shows_keywords
    def generate_video(
        self,
        config: VideoGenerationConfig | str,
        request: VideoGenerationRequest | None = None,
        on_progress: OnProgress = None,
        **keywords: object,
    ) -> VideoGenerationResponse:
        """Generate a video and wait for it; see `tarash.tarash_gateway.generate_video`."""
        config, request = read_call(VIDEO_KINDS, config, request, keywords)
        return cast("VideoGenerationResponse", self.generate(config, request, on_progress=on_progress))

    @overload
    async def generate_video_async(
        self,
        config: VideoGenerationConfig | str,
        request: VideoGenerationRequest,
        on_progress: OnProgress = None,
    ) -> VideoGenerationResponse: ...
    @overload
    async def generate_video_async(
        self,
        config: VideoGenerationConfig | str,
        *,
        on_progress: OnProgress = None,
        **keywords: Unpack[VideoKeywords],
    ) -> VideoGenerationResponse: ...
    @_shows_keywords
    async def generate_video_async(
        self,
        config: VideoGenerationConfig | str,
        request: VideoGenerationRequest | None = None,
        on_progress: OnProgress = None,
        **keywords: object,
    ) -> VideoGenerationResponse:
        """Like `generate_video`, under asyncio or trio; `on_progress` may be an async function."""
        config, request = read_call(VIDEO_KINDS, config, request, keywords)
        running = await self._started(config, request, on_progress)
        return cast("VideoGenerationResponse", await running)

    @overload
    def submit_video(
        self, config: VideoGenerationConfig | str, request: VideoGenerationRequest
    ) -> Job[VideoGenerationResponse]: ...
    @overload
    def submit_video(
        self, config: VideoGenerationConfig | str, **keywords: Unpack[VideoKeywords]
    ) -> Job[VideoGenerationResponse]: ...
    @_shows_keywords
    def submit_video(
        self,
        config: VideoGenerationConfig | str,
        request: VideoGenerationRequest | None = None,
        **keywords: object,
    ) -> Job[VideoGenerationResponse]:
        """Submit a video and return the job; see `tarash.tarash_gateway.submit_video`."""
        config, request = read_call(VIDEO_KINDS, config, request, keywords)
        return cast("Job[VideoGenerationResponse]", self.submit(config, request))

    @overload
    async def submit_video_async(
        self, config: VideoGenerationConfig | str, request: VideoGenerationRequest
    ) -> Job[VideoGenerationResponse]: ...
    @overload
    async def submit_video_async(
        self, config: VideoGenerationConfig | str, **keywords: Unpack[VideoKeywords]
    ) -> Job[VideoGenerationResponse]: ...
    @_shows_keywords
    async def submit_video_async(
        self,
        config: VideoGenerationConfig | str,
        request: VideoGenerationRequest | None = None,
        **keywords: object,
    ) -> Job[VideoGenerationResponse]:
        """Like `submit_video`, under asyncio or trio."""
        config, request = read_call(VIDEO_KINDS, config, request, keywords)
        return cast("Job[VideoGenerationResponse]", await self.submit_async(config, request))

    @overload
    def plan_video(self, config: VideoGenerationConfig | str, request: VideoGenerationRequest) -> Plan: ...
    @overload
    def plan_video(self, config: VideoGenerationConfig | str, **keywords: Unpack[VideoKeywords]) -> Plan: ...
    @_shows_keywords
    def plan_video(
        self,
        config: VideoGenerationConfig | str,
        request: VideoGenerationRequest | None = None,
        **keywords: object,
    ) -> Plan:
        """Return what a video generation would send, without sending it; see `tarash.tarash_gateway.plan_video`."""
        config, request = read_call(VIDEO_KINDS, config, request, keywords)
        return self.plan(config, request)

    @overload
    async def plan_video_async(
        self, config: VideoGenerationConfig | str, request: VideoGenerationRequest
    ) -> Plan: ...
    @overload
    async def plan_video_async(
        self, config: VideoGenerationConfig | str, **keywords: Unpack[VideoKeywords]
    ) -> Plan: ...
    @_shows_keywords
    async def plan_video_async(
        self,
        config: VideoGenerationConfig | str,
        request: VideoGenerationRequest | None = None,
        **keywords: object,
    ) -> Plan:
        """Like `plan_video`, under asyncio or trio."""
        config, request = read_call(VIDEO_KINDS, config, request, keywords)
        return await self.plan_async(config, request)
