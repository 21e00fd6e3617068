"""A minimal H.264 encoder: one IDR picture of upright coloured bars, then pictures that repeat it.

Clause and table numbers are those of Rec. ITU-T H.264 (08/2021). The stream is Constrained Baseline with
CAVLC. Only the first macroblock of a bar carries a residual, a single DC coefficient per component; nearly
every other one copies its neighbour in 6 bits, and every later picture is one run of skipped macroblocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .bars import Bar, Colour
from .bits import exp_golomb, fixed, pack, signed_exp_golomb

MACROBLOCK_PIXELS = 16

# profile_idc 66 with constraint_set0_flag and constraint_set1_flag set is Constrained Baseline (A.2.1.1).
PROFILE_IDC = 66
PROFILE_COMPATIBILITY = 0b1100_0000

# Table A-1: level_idc, MaxMBPS (macroblocks per second), MaxFS (macroblocks per picture). Levels 2 and 4.1
# are left out: compared with 1.3 and 4 they only allow a higher bit rate, which this stream does not need.
_LEVELS = (
    (10, 1_485, 99),
    (11, 3_000, 396),
    (12, 6_000, 396),
    (13, 11_880, 396),
    (21, 19_800, 792),
    (22, 20_250, 1_620),
    (30, 40_500, 1_620),
    (31, 108_000, 3_600),
    (32, 216_000, 5_120),
    (40, 245_760, 8_192),
    (42, 522_240, 8_704),
    (50, 589_824, 22_080),
    (51, 983_040, 36_864),
    (52, 2_073_600, 36_864),
    (60, 4_177_920, 139_264),
    (61, 8_355_840, 139_264),
    (62, 16_711_680, 139_264),
)

# nal_unit_type in the low five bits (Table 7-1), nal_ref_idc 3 above it.
_NAL_SLICE, _NAL_IDR_SLICE, _NAL_SPS, _NAL_PPS = 0x61, 0x65, 0x67, 0x68

_FRAME_NUM_BITS = 4  # the smallest that log2_max_frame_num_minus4 can express; frame_num wraps around

# At QP 28 for luma and 22 for chroma a DC level of 1 is, after scaling and transform (8.5.10, 8.5.11),
# exactly one step of sample value, so colours survive unchanged: LevelScale is 16 * 16 for both, as 28 % 6 =
# 22 % 6 = 4.
_LUMA_QP = 28
_CHROMA_QP_OFFSET = -6

_MIDDLE_SAMPLE = 128  # what DC prediction yields without neighbours (8.3.3.3, 8.3.4)


class Samples(NamedTuple):
    """The Y'CbCr samples of one flat colour."""

    luma: int
    blue_difference: int
    red_difference: int


@dataclass(frozen=True, slots=True)
class EncodedVideo:
    """The parameter sets and one access unit per picture, as NAL units without start code or length."""

    level_idc: int
    sequence_parameter_set: bytes
    picture_parameter_set: bytes
    key_picture: bytes
    repeat_pictures: tuple[bytes, ...]
    """Pictures 1, 2, 3, …, to be used in turn; after the last, start again with the first."""


def lowest_level(columns: int, rows: int, frames_per_second: int) -> int | None:
    """Return the lowest level_idc that allows a picture (in macroblocks) at this rate, or None (A.3.1)."""
    macroblocks = columns * rows
    for level_idc, macroblocks_per_second, picture_macroblocks in _LEVELS:
        if (
            macroblocks <= picture_macroblocks
            and macroblocks * frames_per_second <= macroblocks_per_second
            and max(columns, rows) ** 2 <= 8 * picture_macroblocks
        ):
            return level_idc
    return None


def encode(bars: Sequence[Bar], *, width: int, height: int, level_idc: int) -> EncodedVideo:
    """Encode `bars` (widths in macroblocks), cropped to `width` x `height` pixels, both even."""
    columns, rows = macroblocks(width), macroblocks(height)
    cycle = 1 << _FRAME_NUM_BITS
    frame_nums = (index % cycle for index in range(1, cycle + 1))
    return EncodedVideo(
        level_idc=level_idc,
        sequence_parameter_set=_sequence_parameter_set(width, height, level_idc),
        picture_parameter_set=_picture_parameter_set(),
        key_picture=_key_picture(bars, rows),
        repeat_pictures=tuple(_repeat_picture(frame_num, columns * rows) for frame_num in frame_nums),
    )


def macroblocks(pixels: int) -> int:
    """Count the macroblocks that cover `pixels` in one direction."""
    return -(-pixels // MACROBLOCK_PIXELS)


def samples_of(colour: Colour) -> Samples:
    """Convert to Y'CbCr of Rec. ITU-R BT.709 (items 3.2-3.4), 8 bits, limited range."""
    red, green, blue = (channel / 255 for channel in colour)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return Samples(
        round(16 + 219 * luma),
        round(128 + 224 * (blue - luma) / 1.8556),
        round(128 + 224 * (red - luma) / 1.5748),
    )


def _nal_unit(header: int, payload: str) -> bytes:
    """Close the payload with rbsp_trailing_bits (7.3.2.11) and insert emulation prevention bytes (7.4.1)."""
    raw = pack(payload + "1")
    return bytes([header]) + re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", raw)


def _sequence_parameter_set(width: int, height: int, level_idc: int) -> bytes:
    """Return the sequence parameter set (7.3.2.1.1)."""
    columns, rows = macroblocks(width), macroblocks(height)
    cropped_right = (columns * MACROBLOCK_PIXELS - width) // 2  # in CropUnitX = 2 pixels: 4:2:0, frames only
    cropped_bottom = (rows * MACROBLOCK_PIXELS - height) // 2
    return _nal_unit(
        _NAL_SPS,
        fixed(PROFILE_IDC, 8)
        + fixed(PROFILE_COMPATIBILITY, 8)
        + fixed(level_idc, 8)
        + exp_golomb(0)  # seq_parameter_set_id
        + exp_golomb(_FRAME_NUM_BITS - 4)  # log2_max_frame_num_minus4
        + exp_golomb(2)  # pic_order_cnt_type: output order is decoding order
        + exp_golomb(1)  # max_num_ref_frames
        + "0"  # gaps_in_frame_num_value_allowed_flag
        + exp_golomb(columns - 1)
        + exp_golomb(rows - 1)
        + "1"  # frame_mbs_only_flag
        + "1"  # direct_8x8_inference_flag
        + "1"  # frame_cropping_flag
        + exp_golomb(0)  # left
        + exp_golomb(cropped_right)
        + exp_golomb(0)  # top
        + exp_golomb(cropped_bottom)
        + "1"  # vui_parameters_present_flag
        + _video_usability_information(),
    )


def _video_usability_information() -> str:
    """Return usability information: square pixels, BT.709 colours, no reordering (E.1.1, Tables E-1 to E-5)."""
    return (
        "1"  # aspect_ratio_info_present_flag
        + fixed(1, 8)  # aspect_ratio_idc: 1:1
        + "0"  # overscan_info_present_flag
        + "1"  # video_signal_type_present_flag
        + fixed(5, 3)  # video_format: unspecified
        + "0"  # video_full_range_flag
        + "1"  # colour_description_present_flag
        + fixed(1, 8) * 3  # colour_primaries, transfer_characteristics, matrix_coefficients: BT.709
        + "0"  # chroma_loc_info_present_flag
        + "0"  # timing_info_present_flag: the container has it
        + "0"  # nal_hrd_parameters_present_flag
        + "0"  # vcl_hrd_parameters_present_flag
        + "0"  # pic_struct_present_flag
        + "1"  # bitstream_restriction_flag
        + "1"  # motion_vectors_over_pic_boundaries_flag
        + exp_golomb(0) * 2  # max_bytes_per_pic_denom, max_bits_per_mb_denom: no limit stated
        + exp_golomb(0) * 2  # log2_max_mv_length_horizontal and _vertical: nothing moves
        + exp_golomb(0)  # max_num_reorder_frames
        + exp_golomb(1)  # max_dec_frame_buffering
    )


def _picture_parameter_set() -> bytes:
    """Return the picture parameter set (7.3.2.2)."""
    return _nal_unit(
        _NAL_PPS,
        exp_golomb(0)  # pic_parameter_set_id
        + exp_golomb(0)  # seq_parameter_set_id
        + "0"  # entropy_coding_mode_flag: CAVLC
        + "0"  # bottom_field_pic_order_in_frame_present_flag
        + exp_golomb(0)  # num_slice_groups_minus1
        + exp_golomb(0) * 2  # num_ref_idx_l0_default_active_minus1, num_ref_idx_l1_default_active_minus1
        + "0"  # weighted_pred_flag
        + fixed(0, 2)  # weighted_bipred_idc
        + signed_exp_golomb(_LUMA_QP - 26)  # pic_init_qp_minus26
        + signed_exp_golomb(0)  # pic_init_qs_minus26
        + signed_exp_golomb(_CHROMA_QP_OFFSET)
        + "1"  # deblocking_filter_control_present_flag
        + "0"  # constrained_intra_pred_flag
        + "0",  # redundant_pic_cnt_present_flag
    )


# End of both slice headers: slice_qp_delta 0, disable_deblocking_filter_idc 1 (the filter would blur the
# edges).
_SLICE_HEADER_END = signed_exp_golomb(0) + exp_golomb(1)


def _key_picture(bars: Sequence[Bar], rows: int) -> bytes:
    """Return one IDR slice (7.3.3): the top row draws the bars, every other row copies the one above."""
    header = (
        exp_golomb(0)  # first_mb_in_slice
        + exp_golomb(7)  # slice_type: I, as all slices of the picture
        + exp_golomb(0)  # pic_parameter_set_id
        + fixed(0, _FRAME_NUM_BITS)  # frame_num
        + exp_golomb(0)  # idr_pic_id
        + "0"  # no_output_of_prior_pics_flag
        + "0"  # long_term_reference_flag
        + _SLICE_HEADER_END
    )
    # The chroma of a copy may use the one-bit DC mode wherever left and upper neighbour have the same colour.
    copy_from_above = _flat_macroblock(prediction=0, chroma_prediction=0)
    first_of_bar = _flat_macroblock(prediction=0, chroma_prediction=2)
    other_row = "".join(first_of_bar + copy_from_above * (bar.width - 1) for bar in bars)
    return _nal_unit(_NAL_IDR_SLICE, header + _top_row(bars) + other_row * (rows - 1))


def _top_row(bars: Sequence[Bar]) -> str:
    """Return the top row: the first macroblock of a bar changes the colour, the others copy their left neighbour."""
    copy_from_left = _flat_macroblock(prediction=1, chroma_prediction=0)
    row = ""
    previous = Samples(_MIDDLE_SAMPLE, _MIDDLE_SAMPLE, _MIDDLE_SAMPLE)
    for bar in bars:
        samples = samples_of(bar.colour)
        row += _changed_macroblock(Samples(*(new - old for new, old in zip(samples, previous, strict=True))))
        row += copy_from_left * (bar.width - 1)
        previous = samples
    return row


def _flat_macroblock(*, prediction: int, chroma_prediction: int) -> str:
    """Return an Intra_16x16 macroblock that equals its prediction (7.3.5).

    `prediction` 0 is vertical, 1 horizontal (Table 8-4); `chroma_prediction` 0 is DC, 2 vertical (Table 8-5).
    """
    no_coefficient = "1"  # coeff_token of Table 9-5 for 0 ≤ nC < 2
    return exp_golomb(1 + prediction) + exp_golomb(chroma_prediction) + signed_exp_golomb(0) + no_coefficient


def _changed_macroblock(change: Samples) -> str:
    """Return an Intra_16x16 macroblock with DC prediction and a DC coefficient per component (7.3.5)."""
    return (
        exp_golomb(7)  # mb_type I_16x16_2_1_0 (Table 7-11): DC prediction, chroma DC coefficients, no AC ones
        + exp_golomb(0)  # intra_chroma_pred_mode: DC
        + signed_exp_golomb(0)  # mb_qp_delta
        + _dc_coefficient(change.luma, none="1", one="01", larger="000101")
        + _dc_coefficient(change.blue_difference, none="01", one="1", larger="000111")
        + _dc_coefficient(change.red_difference, none="01", one="1", larger="000111")
    )


def _dc_coefficient(level: int, *, none: str, one: str, larger: str) -> str:
    """Return a block whose only coefficient is the first, in CAVLC (7.3.5.3.2).

    The three codes are coeff_token (Table 9-5, column 0 ≤ nC < 2 for luma or nC = -1 for chroma DC) for no
    coefficient, a single trailing one, and a single coefficient that is not one. nC is 0 for luma since no
    block has AC coefficients.
    """
    no_zeros_before = "1"  # total_zeros 0 for tzVlcIndex 1, in Table 9-7 as in Table 9-9(a)
    if level == 0:
        return none
    if abs(level) == 1:
        return one + ("1" if level < 0 else "0") + no_zeros_before
    return larger + _level(level) + no_zeros_before


def _level(level: int) -> str:
    """Return level_prefix and level_suffix (9.2.2.1) of a first level of magnitude ≥ 2, with suffixLength 0."""
    level_code = 2 * abs(level) - (4 if level > 0 else 3)
    if level_code < 14:
        return "0" * level_code + "1"
    if level_code < 30:
        return "0" * 14 + "1" + fixed(level_code - 14, 4)
    return "0" * 15 + "1" + fixed(level_code - 30, 12)


def _repeat_picture(frame_num: int, macroblock_count: int) -> bytes:
    """Return one P slice that skips every macroblock, so that the previous picture is shown again."""
    return _nal_unit(
        _NAL_SLICE,
        exp_golomb(0)  # first_mb_in_slice
        + exp_golomb(0)  # slice_type: P (5, "all slices are P", would take four more bits)
        + exp_golomb(0)  # pic_parameter_set_id
        + fixed(frame_num, _FRAME_NUM_BITS)
        + "0"  # num_ref_idx_active_override_flag
        + "0"  # ref_pic_list_modification_flag_l0
        + "0"  # adaptive_ref_pic_marking_mode_flag
        + _SLICE_HEADER_END
        + exp_golomb(macroblock_count),  # mb_skip_run
    )
