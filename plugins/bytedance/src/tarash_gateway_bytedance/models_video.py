"""Describes the Seedance models. BytePlus and Volcengine offer the same ones under different names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Lifecycle,
    Model,
    Price,
    Rule,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole, Phrase, mention

SOURCE = "comfy-cli 1.23.0 (OpenAPI); @ai-sdk/bytedance 1.0.29; litellm 1.110.2; read 2026-11-27"
DEPRECATIONS = "ModelArk documentation, model deprecation (updated 2026-03-16), read 2026-11-27"
RESOLD = "unverified: resellers' price pages, US dollars per million tokens, at 16:9; read 2026-11-27"
LISTED = "litellm 1.110.2 price map: Volcengine's list at 7 CNY a dollar, at 16:9; read 2026-11-27"

RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9")
FREE_RATIOS = (*RATIOS, "adaptive")
REFERENCES: tuple[ImageRole, ...] = ("reference", "asset", "style")
# the names of these roles in rules, and the input video, which is a reference, too
REFERENCE_FIELDS = ("reference", "asset", "style_image", "video")
LARGEST_SEED = 2**32 - 1
COMMON_PARAMETERS = (
    "callback_url", "execution_expires_after", "priority", "return_last_frame", "safety_identifier", "watermark",
)  # fmt: skip

# output tokens per second at 16:9: width x height x 24 / 1024 (litellm 1.110.2, price map)
TOKENS_PER_SECOND: Mapping[str, float] = {
    "480p": 864 * 496 * 24 / 1024,
    "720p": 1280 * 720 * 24 / 1024,
    "1080p": 1920 * 1080 * 24 / 1024,
}
# of a 5 s clip at the default resolution, half of what a clip of 10 s takes
# (ComfyUI at commit 4bdf28f, comfy_api_nodes/apis/bytedance.py, VIDEO_TASKS_EXECUTION_TIME, read 2026-11-27)
TYPICAL_SECONDS: Mapping[str, float] = {
    "seedance-1-0-lite-i2v-250428": 30,
    "seedance-1-0-lite-t2v-250428": 30,
    "seedance-1-0-pro-250528": 57.5,
    "seedance-1-0-pro-fast-251015": 50,
    "seedance-1-5-pro-251215": 50,
}
"""On BytePlus."""
# "flex" is generated when there is room, at half the price (@ai-sdk/bytedance 1.0.29)
FLEX = "flex"

LAST_NEEDS_FIRST = Rule(when={"last_frame": ()}, require=("first_frame",), reason="with a last frame")
FRAMES_OR_REFERENCES = Rule(
    when={"first_frame": ()}, allow=dict.fromkeys(REFERENCE_FIELDS, ()), reason="with a first frame"
)
ADAPTS_TO_A_FRAME = Rule(
    when={"aspect_ratio": ("adaptive",)},
    require=("first_frame",),
    reason=Phrase("with ", mention("aspect_ratio", "adaptive"), ", which takes the shape of the frame"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """What the models of one generation have in common.

    Attributes:
        seconds: shortest and longest clip.
        sound: whether it makes sound.
        references: most reference images.
        video: whether it takes an input video.
        extras: parameters of its own.
        media: those that are media.
    """

    seconds: tuple[int, int]
    sound: bool = True
    references: int = 0
    video: bool = False
    extras: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    default_seconds: int | None = 5


V1 = _Family(seconds=(2, 12), sound=False, extras=("camera_fixed", "frames", "service_tier"))
V1_5 = _Family(seconds=(4, 12), extras=("camera_fixed", "draft", "service_tier"))
V2 = _Family(
    seconds=(4, 15),
    references=9,
    video=True,
    extras=("omni_reference_task_type", "tools"),
    media=("reference_audio",),
)
# its own default is a length of the model's choice
V2_5 = _Family(
    seconds=(4, 30),
    references=30,
    video=True,
    extras=("omni_reference_task_type", "output_format"),
    media=("reference_audio",),
    default_seconds=None,
)


def _row(
    name: str,
    family: _Family,
    resolutions: tuple[str, ...] = ("480p", "720p", "1080p"),
    *,
    default: str = "720p",
    frames: tuple[ImageRole, ...] = ("first_frame", "last_frame"),
    references: int | None = None,
    prices: tuple[Price, ...] = (),
    lifecycle: Lifecycle | None = None,
) -> Model:
    """Return the row of one model. Prompt and media are gathered under `content`, which becomes a list of items."""
    most = family.references if references is None else references
    fields: dict[str, FieldMapper] = {
        # a frame or a reference may go without words
        "content.text": passthrough_field_mapper("prompt", max_length=4096),
        "duration": duration_field_mapper("int", minimum=family.seconds[0], maximum=family.seconds[1]),
        "resolution": resolution_field_mapper(resolutions),
        "ratio": aspect_ratio_field_mapper(FREE_RATIOS if frames else RATIOS),
        "seed": passthrough_field_mapper("seed", minimum=0, maximum=LARGEST_SEED),
    }
    if family.sound:
        fields["generate_audio"] = passthrough_field_mapper("generate_audio")
    for role in frames:
        fields[f"content.{role}"] = single_image_field_mapper(role)
    if most:
        fields["content.reference_image"] = image_list_field_mapper(REFERENCES, max_items=most)
    if family.video:
        fields["content.reference_video"] = video_url_field_mapper(encoding="url", as_list=True)
    fields["extra_params"] = extra_params_field_mapper(
        *COMMON_PARAMETERS, *family.extras, *family.media, media=family.media
    )
    defaults: dict[str, object] = {"resolution": default, "generate_audio": family.sound}
    if family.default_seconds is not None:
        defaults["duration_seconds"] = family.default_seconds
    return Model(
        id=name,
        modality="video",
        fields=fields,
        fixed={"number_of_videos": 1},
        defaults=defaults,
        rules=(
            *((LAST_NEEDS_FIRST,) if "last_frame" in frames else ()),
            *((FRAMES_OR_REFERENCES,) if frames and (most or family.video) else ()),
            *((ADAPTS_TO_A_FRAME,) if family is V1 and frames else ()),
        ),
        prices=prices,
        # a length in frames takes precedence over the seconds
        priced_params={"frames": None, "tools": None},
        lifecycle=lifecycle,
        typical_seconds=TYPICAL_SECONDS.get(name),
        source=SOURCE,
    )


def _by_tokens(usd_per_million: float, *, silent: float | None = None) -> tuple[Price, ...]:
    """Return the price per second for each resolution, with sound and without, at once and with "flex"."""
    sounds = ((None, usd_per_million),) if silent is None else ((True, usd_per_million), (False, silent))
    return tuple(
        Price(
            usd=round(tokens * usd / 1e6 * (0.5 if tier == FLEX else 1), 6),
            unit="second",
            when={
                "resolution": resolution,
                "service_tier": tier,
                **({} if sound is None else {"generate_audio": sound}),
            },
            source=RESOLD,
        )
        for resolution, tokens in TOKENS_PER_SECOND.items()
        for sound, usd in sounds
        for tier in (None, FLEX)
    )


def _by_second(usd: Mapping[str, float]) -> tuple[Price, ...]:
    """Return the prices per second by resolution; an input video costs by its own length, too, so none is given with one."""
    return tuple(
        Price(usd=price, unit="second", when={"resolution": resolution, "video": None}, source=LISTED)
        for resolution, price in usd.items()
    )


def _lite(name: str, frames: tuple[ImageRole, ...], references: int) -> tuple[Model, ...]:
    ended = Lifecycle(
        ends_on=date(2026, 5, 13),
        replacement="seedance-1-0-pro-fast-251015",
        where="on BytePlus",
        source=DEPRECATIONS,
    )
    return tuple(
        _row(
            f"{brand}{name}",
            V1,
            frames=frames,
            references=references,
            prices=_by_tokens(1.8),
            lifecycle=None if brand else ended,
        )
        for brand in ("", "doubao-")
    )


SMALL = ("480p", "720p")
LARGE = ("480p", "720p", "1080p", "4k")

VIDEO_ROWS = (
    *_lite("seedance-1-0-lite-i2v-250428", ("first_frame", "last_frame"), 4),
    *_lite("seedance-1-0-lite-t2v-250428", (), 0),
    *(
        row
        for brand in ("", "doubao-")
        for row in (
            _row(f"{brand}seedance-1-0-pro-250528", V1, default="1080p", prices=_by_tokens(2.5)),
            _row(f"{brand}seedance-1-0-pro-fast-251015", V1, default="1080p", frames=("first_frame",)),
            _row(f"{brand}seedance-1-5-pro-251215", V1_5, prices=_by_tokens(2.4, silent=1.2)),
        )
    ),
    _row("dreamina-seedance-2-0-260128", V2, LARGE),
    _row("dreamina-seedance-2-0-fast-260128", V2, SMALL),
    _row("dreamina-seedance-2-0-mini", V2, SMALL),
    _row("dreamina-seedance-2-5-260628", V2_5),
    _row(
        "doubao-seedance-2-0-260128",
        V2,
        LARGE,
        prices=_by_second(
            {"480p": 0.066003429, "720p": 0.141942857, "1080p": 0.354085714, "4k": 0.722057143}
        ),
    ),
    _row(
        "doubao-seedance-2-0-fast-260128",
        V2,
        SMALL,
        prices=_by_second({"480p": 0.053089714, "720p": 0.114171429}),
    ),
    _row(
        "doubao-seedance-2-0-mini-260615",
        V2,
        SMALL,
        prices=_by_second({"480p": 0.033001714, "720p": 0.070971429}),
    ),
    _row(
        "doubao-seedance-2-5-260628",
        V2_5,
        prices=_by_second({"480p": 0.096075, "720p": 0.216, "1080p": 0.5346}),
    ),
    Model(
        id="*",
        modality="video",
        generic=True,
        fields={
            "content.text": passthrough_field_mapper("prompt"),
            "duration": duration_field_mapper("int", minimum=1),
            "resolution": passthrough_field_mapper("resolution"),
            "ratio": passthrough_field_mapper("aspect_ratio"),
            "seed": passthrough_field_mapper("seed"),
            "generate_audio": passthrough_field_mapper("generate_audio"),
            "content.first_frame": single_image_field_mapper("first_frame"),
            "content.last_frame": single_image_field_mapper("last_frame"),
            "content.reference_image": image_list_field_mapper(REFERENCES),
            "content.reference_video": video_url_field_mapper(encoding="url", as_list=True),
            "extra_params": extra_params_field_mapper(
                *COMMON_PARAMETERS, "reference_audio", media=("reference_audio",)
            ),
        },
        fixed={"number_of_videos": 1},
        source="unverified: what Seedance models have in common, for endpoint ids and names without a row",
    ),
)
