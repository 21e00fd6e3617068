from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import tarash_gateway_openai as plugin
from plugins.openai.openai_calls import make_call, submitted
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.mapping import ModalityName, Model
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import HttpReply, Media, Part
from tarash.tarash_gateway.testing import drive, json_reply, map_for
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png
from tarash_gateway_openai import azure

IMAGE_ANSWER = {"created": 1, "data": [{"b64_json": "aGVsbG8="}]}
VIDEO_ANSWER = {"id": "video_1", "object": "video", "status": "queued"}
FREE_MODELS = (
    "gpt-image-2",
    "gpt-image-2-2026-04-21",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst-2026-09-08",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
)
FIXED_MODELS = ("gpt-image-1", "gpt-image-1-mini", "gpt-image-1.5", "chatgpt-image-latest")
FILE = Media(content=tiny_png(), content_type="image/png", filename="media.png")
CLIP = Media(content=tiny_mp4(), content_type="video/mp4", filename="media.mp4")


def file_part(name: str, media: Media = FILE) -> Part:
    return Part(name, media.content or b"", media.filename, media.content_type)


def test_row_ids_are_unique_and_every_row_tells_its_source() -> None:
    rows = plugin.tarash_models().rows
    assert len({(row.modality, row.id) for row in rows}) == len(rows)
    assert all(row.source for row in rows)


@pytest.mark.parametrize("row", plugin.tarash_models().rows, ids=lambda row: f"{row.modality}-{row.id}")
def test_every_row_renders_a_bare_prompt(row: Model) -> None:
    call = make_call(row.example_name, row.modality)
    assert call.row is row
    mapped = map_for(plugin, call)
    assert mapped.payload == {"model": row.example_name, "prompt": "a paper boat"}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("sora-2-turbo", "sora-2"),
        ("sora-2-2025-12-08", "sora-2"),
        ("sora-2-pro-2025-10-06", "sora-2-pro"),
        ("wan-2.5", "*"),
    ],
)
def test_a_video_model_name_finds_its_row(name: str, row: str) -> None:
    found = plugin.tarash_models().lookup(name, "video")
    assert found is not None
    assert found.id == row


@pytest.mark.parametrize("model", ["sora-2", "sora-2-pro", "gpt-image-1", "dall-e-3"])
def test_a_retired_model_says_so(model: str) -> None:
    row = plugin.tarash_models().lookup(model, "video" if model.startswith("sora") else "image")
    assert row is not None
    assert "was retired on" in (row.end_notice(date(2026, 11, 22)) or "")


@pytest.mark.parametrize("model", ["gpt-image-1.5-2025-12-16", "gpt-image-1-mini", "chatgpt-image-latest"])
def test_a_model_that_ends_names_what_to_use_instead(model: str) -> None:
    row = plugin.tarash_models().lookup(model, "image")
    assert row is not None
    notice = row.end_notice(date(2026, 11, 28)) or ""
    assert notice.endswith("ends on 2026-12-01; use gpt-image-2.6-sunburst")


@pytest.mark.parametrize(
    ("model", "modality", "ends", "ends_on_azure"),
    [
        ("sora-2", "video", date(2026, 9, 24), date(2026, 11, 2)),
        ("gpt-image-2", "image", None, date(2027, 10, 21)),
        ("dall-e-3", "image", date(2026, 5, 12), None),
    ],
)
def test_azure_has_dates_of_its_own(
    model: str, modality: ModalityName, ends: date | None, ends_on_azure: date | None
) -> None:
    for catalogue, day in ((plugin.tarash_models(), ends), (azure.tarash_models(), ends_on_azure)):
        row = catalogue.lookup(model, modality)
        assert row is not None
        assert (row.lifecycle and row.lifecycle.ends_on) == day


def test_azure_asks_a_tenth_more_for_dall_e_3() -> None:
    for catalogue, usd in ((plugin.tarash_models(), 0.08), (azure.tarash_models(), 0.088)):
        row = catalogue.lookup("dall-e-3", "image")
        assert row is not None
        assert estimate_cost_usd(row, {"size": "1024x1024", "quality": "hd"}, count_field="n") == usd


def test_the_style_of_dall_e_3_is_sent() -> None:
    mapped = map_for(plugin, make_call("dall-e-3"), style="vivid", quality="hd", size="1792x1024")
    assert (mapped.payload["style"], mapped.payload["quality"]) == ("vivid", "hd")
    with pytest.raises(ValidationError, match="style='vivid' is not an option"):
        map_for(plugin, make_call("dall-e-2"), style="vivid")


def test_images_are_generated_by_json() -> None:
    call = make_call("gpt-image-2")
    mapped = map_for(
        plugin,
        call,
        size="1536x864",
        quality="hd",
        n=2,
        extra_params={"output_format": "jpeg", "output_compression": 85},
    )
    http = submitted(call, mapped, IMAGE_ANSWER)
    assert (http.method, http.url) == ("POST", "https://api.openai.com/v1/images/generations")
    assert http.json == {
        "model": "gpt-image-2",
        "prompt": "a paper boat",
        "size": "1536x864",
        "quality": "high",
        "n": 2,
        "output_format": "jpeg",
        "output_compression": 85,
    }
    assert http.headers["Authorization"].startswith("Bearer ")
    assert http.timeout_seconds == call.timeout_seconds
    assert http.may_create_job


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"aspect_ratio": "16:9"}, "1536x864"),
        ({"aspect_ratio": "16:9", "size": "2k"}, "2560x1440"),
        ({"aspect_ratio": "9:16", "size": "4k"}, "2160x3840"),
        ({"aspect_ratio": "21:9", "size": "1080p"}, "2016x864"),
        ({"size": "2k"}, "2048x2048"),
        ({"size": "4k"}, "3840x2160"),
        ({"size": "1280x720"}, "1280x720"),
        ({"size": "1920x1088", "aspect_ratio": "16:9"}, "1920x1088"),
        ({"size": "auto"}, "auto"),
        ({"size": "auto", "aspect_ratio": "3:2"}, "1536x1024"),
        ({"aspect_ratio": "auto"}, "auto"),
    ],
    ids=str,
)
@pytest.mark.parametrize("model", FREE_MODELS)
def test_sizes_and_shapes_become_pixels(model: str, asked: dict[str, object], sent: str) -> None:
    assert map_for(plugin, make_call(model), **asked).payload["size"] == sent


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"size": "1920x1080"}, "1920x1088"),
        ({"size": "7680x4320"}, "3840x2160"),
        ({"size": "4000x400"}, "1200x400"),
        ({"size": "1000x20"}, "48x16"),
        ({"size": "4k", "aspect_ratio": "1:1"}, "2048x2048"),
        ({"aspect_ratio": "5:4"}, "1152x864"),
        ({"aspect_ratio": "1:1", "size": "1536x864"}, "1536x864"),
        ({"size": "huge"}, None),
    ],
    ids=str,
)
def test_other_sizes_are_refused_or_adjusted(asked: dict[str, object], sent: str | None) -> None:
    with pytest.raises(ValidationError):
        map_for(plugin, make_call("gpt-image-2"), **asked)
    mapped = map_for(plugin, make_call("gpt-image-2", unsupported="adjust"), **asked)
    assert mapped.payload.get("size") == sent
    assert mapped.adjustments


@pytest.mark.parametrize("model", FIXED_MODELS)
def test_the_older_models_have_three_sizes(model: str) -> None:
    assert map_for(plugin, make_call(model), aspect_ratio="3:2").payload["size"] == "1536x1024"
    with pytest.raises(ValidationError):
        map_for(plugin, make_call(model), size="1536x864")
    adjusted = map_for(plugin, make_call(model, unsupported="adjust"), aspect_ratio="9:16")
    assert adjusted.payload["size"] == "1024x1536"


@pytest.mark.parametrize(
    ("model", "quality", "offered"),
    [
        ("gpt-image-2.5-flare", "max", True),
        ("gpt-image-2", "max", False),
        ("gpt-image-2", "standard", True),
        ("gpt-image-1.5", "auto", True),
    ],
)
def test_only_some_models_have_the_finest_qualities(model: str, quality: str, offered: bool) -> None:
    if offered:
        assert map_for(plugin, make_call(model), quality=quality).payload["quality"]
        return
    with pytest.raises(ValidationError, match="quality"):
        map_for(plugin, make_call(model), quality=quality)


@pytest.mark.parametrize(
    "field", [{"seed": 7}, {"negative_prompt": "rain"}, {"style": "vivid"}, {"n": 11}], ids=str
)
def test_what_no_gpt_image_model_takes_is_refused(field: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        map_for(plugin, make_call(), **field)


class TestEdits:
    def test_one_file_is_the_part_image(self) -> None:
        call = make_call()
        http = submitted(call, map_for(plugin, call, image_list=[{"image": tiny_png()}], n=2), IMAGE_ANSWER)
        assert http.url == "https://api.openai.com/v1/images/edits"
        assert http.json is None
        assert set(http.multipart or ()) == {
            Part("model", "gpt-image-2"),
            Part("prompt", "a paper boat"),
            Part("n", "2"),
            file_part("image"),
        }

    def test_several_files_repeat_the_part(self, tmp_path: Path) -> None:
        path = tmp_path / "table.png"
        path.write_bytes(tiny_png())
        call = make_call()
        images = [{"image": str(path), "type": "asset"}, {"image": tiny_png(), "type": "reference"}]
        parts = submitted(call, map_for(plugin, call, image_list=images), IMAGE_ANSWER).multipart or ()
        assert [part.filename for part in parts if part.name == "image[]"] == ["media.png", "table.png"]

    def test_urls_travel_as_json_and_files_beside_them_inline(self) -> None:
        call = make_call()
        images = [{"image": "https://example.com/boat.png"}, {"image": tiny_png()}]
        http = submitted(call, map_for(plugin, call, image_list=images), IMAGE_ANSWER)
        assert http.json == {
            "model": "gpt-image-2",
            "prompt": "a paper boat",
            "images": [{"image_url": "https://example.com/boat.png"}, {"image_url": FILE.as_data_uri()}],
        }

    def test_moderation_is_an_option_of_json_only(self) -> None:
        call = make_call()
        mapped = map_for(plugin, call, image_list=[{"image": tiny_png()}], extra_params={"moderation": "low"})
        assert submitted(call, mapped, IMAGE_ANSWER).multipart is None

    def test_file_ids_come_by_extra_params(self) -> None:
        call = make_call()
        mapped = map_for(plugin, call, extra_params={"images": [{"file_id": "file-1"}]})
        body = submitted(call, mapped, IMAGE_ANSWER).json
        assert isinstance(body, dict)
        assert body["images"] == [{"file_id": "file-1"}]

    def test_a_mask_by_file_id_needs_json(self) -> None:
        call = make_call()
        options = {"mask": {"file_id": "file-1"}}
        mapped = map_for(plugin, call, image_list=[{"image": tiny_png()}], extra_params=options)
        body = submitted(call, mapped, IMAGE_ANSWER).json
        assert isinstance(body, dict)
        assert body["mask"] == {"file_id": "file-1"}

    def test_a_markup_is_a_part_and_urls_beside_it_are_fetched(self) -> None:
        call = make_call("gpt-image-2.5-flare")
        images = [{"image": "https://example.com/boat.png"}]
        mapped = map_for(plugin, call, image_list=images, extra_params={"markup": tiny_png()})
        fetched = HttpReply(200, {"content-type": "image/png"}, tiny_png())
        parts = submitted(call, mapped, IMAGE_ANSWER, fetched).multipart or ()
        assert {part.name for part in parts if part.filename} == {"image", "markup"}

    def test_nested_options_take_brackets(self) -> None:
        call = make_call("gpt-image-2.6-flare")
        options = {"svg": {"model": "gpt-5.5", "reasoning": {"effort": "low"}}, "partial_images": 0}
        mapped = map_for(plugin, call, image_list=[{"image": tiny_png()}], extra_params=options)
        parts = submitted(call, mapped, IMAGE_ANSWER).multipart or ()
        assert Part("svg[model]", "gpt-5.5") in parts
        assert Part("svg[reasoning][effort]", "low") in parts

    @pytest.mark.parametrize(
        ("fields", "match"),
        [
            ({"mask_image": tiny_png()}, "mask_image needs the image"),
            ({"extra_params": {"markup": tiny_png()}}, "needs the image it belongs to"),
            (
                {
                    "image_list": [{"image": tiny_png()}],
                    "mask_image": tiny_png(),
                    "extra_params": {"markup": tiny_png()},
                },
                "cannot be combined with mask_image",
            ),
            ({"extra_params": {"stream": True}}, r"provider_config\['stream'\]"),
            ({"image_list": [{"image": b"GIF89a........"}]}, "format"),
        ],
        ids=["mask-alone", "markup-alone", "mask-and-markup", "stream", "gif"],
    )
    def test_what_cannot_work_is_refused(self, fields: dict[str, object], match: str) -> None:
        with pytest.raises(ValidationError, match=match):
            map_for(plugin, make_call(), **fields)

    @pytest.mark.parametrize(
        ("model", "fields", "usd"),
        [
            ("gpt-image-1.5", {"size": "1024x1024", "quality": "high"}, 0.133),
            ("gpt-image-1-mini", {"aspect_ratio": "3:2", "quality": "low", "n": 2}, 0.012),
            ("gpt-image-2.5-flare-2026-09-08", {"size": "2560x1440", "quality": "max"}, 0.2211),
            # input pictures are billed on top, and what "auto" chooses is unknown
            ("gpt-image-2", {"size": "1024x1024", "quality": "low", "image_list": [{"image": tiny_png()}]}, None),
            ("gpt-image-2", {"size": "1024x1024"}, None),
        ],
    )  # fmt: skip
    def test_the_cost_is_estimated_where_the_price_is_known(
        self, model: str, fields: dict[str, object], usd: float | None
    ) -> None:
        call = make_call(model)
        values = map_for(plugin, call, **fields).values
        assert estimate_cost_usd(call.row, values, count_field="n") == usd


class TestVideos:
    def test_a_prompt_travels_as_json(self) -> None:
        call = make_call("sora-2", "video")
        mapped = map_for(plugin, call, duration_seconds=8, aspect_ratio="16:9", resolution="720p")
        http = submitted(call, mapped, VIDEO_ANSWER)
        assert (http.method, http.url) == ("POST", "https://api.openai.com/v1/videos")
        assert http.json == {"model": "sora-2", "prompt": "a paper boat", "seconds": "8", "size": "1280x720"}
        assert http.may_create_job
        assert estimate_cost_usd(call.row, mapped.values, count_field="number_of_videos") == 0.8

    def test_a_first_frame_file_makes_it_a_form(self) -> None:
        call = make_call("sora-2", "video")
        image = {"image": tiny_png(), "type": "first_frame"}
        parts = submitted(call, map_for(plugin, call, image_list=[image]), VIDEO_ANSWER).multipart or ()
        assert file_part("input_reference") in parts

    def test_a_first_frame_url_is_an_object(self) -> None:
        call = make_call("sora-2", "video")
        mapped = map_for(
            plugin, call, image_list=[{"image": "https://example.com/a.png", "type": "reference"}]
        )
        body = submitted(call, mapped, VIDEO_ANSWER).json
        assert isinstance(body, dict)
        assert body["input_reference"] == {"image_url": "https://example.com/a.png"}

    def test_a_form_is_sent_where_the_server_wants_one(self) -> None:
        call = make_call("sora-2", "video", multipart=True)
        image = {"image": "https://example.com/a.png", "type": "first_frame"}
        parts = submitted(call, map_for(plugin, call, image_list=[image]), VIDEO_ANSWER).multipart or ()
        assert Part("input_reference[image_url]", "https://example.com/a.png") in parts

    def test_pro_has_larger_sizes(self) -> None:
        mapped = map_for(plugin, make_call("sora-2-pro", "video"), aspect_ratio="16:9", resolution="1080p")
        assert mapped.payload["size"] == "1920x1080"
        with pytest.raises(ValidationError):
            map_for(plugin, make_call("sora-2", "video"), resolution="1080p")

    @pytest.mark.parametrize(
        "fields",
        [
            {"duration_seconds": 5},
            {"aspect_ratio": "1:1"},
            {"generate_audio": False},
            {"seed": 1},
            {"number_of_videos": 2},
        ],
        ids=str,
    )
    def test_what_sora_does_not_offer_is_refused(self, fields: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            map_for(plugin, make_call("sora-2", "video"), **fields)

    def test_other_models_take_any_length_and_exact_pixels(self) -> None:
        call = make_call("wan-2.5", "video", base_url="https://videos.example.com/v1")
        payload = map_for(plugin, call, duration_seconds=5, resolution="832x480").payload
        assert (payload["seconds"], payload["size"]) == ("5", "832x480")


class TestOperations:
    @pytest.mark.parametrize(
        ("fields", "path", "body"),
        [
            pytest.param(
                {"video": "openai://video_7"},
                "/videos/edits",
                {"prompt": "a paper boat", "video": {"id": "video_7"}},
                id="edit-own",
            ),
            pytest.param(
                {"extra_params": {"video": {"id": "video_7"}}},
                "/videos/edits",
                {"prompt": "a paper boat", "video": {"id": "video_7"}},
                id="edit-by-extra-params",
            ),
            pytest.param(
                {
                    "video": "https://api.openai.com/v1/videos/video_7/content",
                    "duration_seconds": 16,
                    "extra_params": {"operation": "extend"},
                },
                "/videos/extensions",
                {"prompt": "a paper boat", "seconds": "16", "video": {"id": "video_7"}},
                id="extend-by-content-url",
            ),
            pytest.param(
                {"video": "openai://video_7", "extra_params": {"operation": "remix"}},
                "/videos/video_7/remix",
                {"prompt": "a paper boat"},
                id="remix",
            ),
        ],
    )
    def test_a_video_of_the_server_is_named_by_its_id(
        self, fields: dict[str, object], path: str, body: object
    ) -> None:
        call = make_call("sora-2", "video")
        http = submitted(call, map_for(plugin, call, **fields), VIDEO_ANSWER)
        assert http.url == f"https://api.openai.com/v1{path}"
        assert http.json == body

    def test_a_local_video_is_a_part(self) -> None:
        call = make_call("sora-2", "video")
        http = submitted(call, map_for(plugin, call, video=tiny_mp4()), VIDEO_ANSWER)
        assert file_part("video", CLIP) in (http.multipart or ())

    def test_a_video_from_elsewhere_is_fetched_without_the_key_and_uploaded(self) -> None:
        call = make_call("sora-2", "video")
        mapped = map_for(plugin, call, video="https://example.com/clip.mp4")
        fetched = HttpReply(200, {"content-type": "video/mp4"}, tiny_mp4())
        _, calls = drive(plugin.tarash_submit(call, mapped.payload), fetched, json_reply(VIDEO_ANSWER))
        assert calls[0].url == "https://example.com/clip.mp4"
        assert not calls[0].headers
        parts = {part.name: part.filename for part in calls[1].multipart or ()}
        assert parts["video"] == "clip.mp4"

    @pytest.mark.parametrize(
        ("fields", "match"),
        [
            ({"video": "openai://video_7", "extra_params": {"operation": "extend"}}, "duration_seconds"),
            ({"video": "openai://video_7", "duration_seconds": 8}, "duration_seconds"),
            ({"video": tiny_mp4(), "extra_params": {"operation": "remix"}}, "same server"),
            ({"extra_params": {"operation": "edit"}}, "needs the video"),
            ({"video": "openai://video_7", "extra_params": {"operation": "cut"}}, "edit, extend, remix"),
        ],
        ids=["extend-without-length", "edit-with-length", "remix-of-a-file", "no-video", "unknown"],
    )
    def test_what_cannot_work_is_refused(self, fields: dict[str, object], match: str) -> None:
        with pytest.raises(ValidationError, match=match):
            map_for(plugin, make_call("sora-2", "video"), **fields)

    def test_the_price_of_an_edit_is_not_guessed(self) -> None:
        call = make_call("sora-2", "video")
        values = map_for(plugin, call, video="openai://video_7").values
        assert estimate_cost_usd(call.row, values, count_field="number_of_videos") is None


class TestBackgroundResponses:
    def test_the_image_is_the_tools_doing(self) -> None:
        call = make_call("gpt-image-2", responses_model="gpt-5.5")
        mapped = map_for(
            plugin, call, aspect_ratio="16:9", quality="high", extra_params={"output_format": "webp"}
        )
        http = submitted(call, mapped, {"id": "resp_1", "status": "queued"})
        assert http.url == "https://api.openai.com/v1/responses"
        assert http.json == {
            "model": "gpt-5.5",
            "input": "a paper boat",
            "background": True,
            "tools": [
                {
                    "type": "image_generation",
                    "action": "generate",
                    "model": "gpt-image-2",
                    "size": "1536x864",
                    "quality": "high",
                    "output_format": "webp",
                }
            ],
            "tool_choice": {"type": "image_generation"},
        }

    def test_input_images_are_inputs_of_the_text_model(self) -> None:
        call = make_call("gpt-image-2", responses_model="gpt-5.5")
        mapped = map_for(plugin, call, image_list=[{"image": "https://example.com/a.png"}])
        body = submitted(call, mapped, {"id": "resp_1", "status": "queued"}).json
        assert isinstance(body, dict)
        assert body["tools"][0]["action"] == "edit"
        assert body["input"] == [
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "a paper boat"},
                    {"type": "input_image", "image_url": "https://example.com/a.png"},
                ],
            }
        ]

    def test_a_markup_is_not_among_its_inputs(self) -> None:
        call = make_call("gpt-image-2.5-flare", responses_model="gpt-5.5")
        with pytest.raises(ValidationError, match="responses_model"):
            map_for(plugin, call, image_list=[{"image": tiny_png()}], extra_params={"markup": tiny_png()})

    def test_it_makes_one_image_a_call(self) -> None:
        with pytest.raises(ValidationError, match="n="):
            map_for(plugin, make_call("gpt-image-2", responses_model="gpt-5.5"), n=2)


def test_a_style_image_is_one_of_the_references() -> None:
    style = {"image": tiny_png(), "type": "style"}
    mapped = map_for(plugin, make_call("gpt-image-2"), image_list=[style, {"image": tiny_png()}])
    assert [image.content for image in mapped.payload["images"]] == [tiny_png(), tiny_png()]  # type: ignore[attr-defined]
