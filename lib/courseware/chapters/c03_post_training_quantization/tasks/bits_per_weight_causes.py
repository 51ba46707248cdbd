"""What students are told of mistakes in `bits_per_weight`."""

from __future__ import annotations

ZERO_POINT_NOT_SHARED = (
    "zero-point-not-shared",
    "The zero point is counted in full for every weight. A group shares one, just as it "
    "shares a scale.",
)
SCALE_NOT_SHARED = (
    "scale-not-shared",
    "The scale is counted in full for every weight. All weights of a group share one.",
)
SECOND_SCALE_TWICE = (
    "second-scale-twice",
    "Something of a second scale was added. `scale_bits` holds its share already, where "
    "there is one: 8 + 32 / 256 in the example. Take it as it is.",
)
ZERO_POINT_SUBTRACTED = (
    "zero-point-subtracted",
    "The bits of the zero point were taken off. They are stored as well: add them.",
)
RATIO = (
    "ratio-to-float32",
    "This is how many times smaller the weights become. The bits of one weight are asked for.",
)
MULTIPLIED = (
    "bits-multiplied",
    "The bits of scale and zero point were multiplied. Each group stores one after the "
    "other: add them.",
)
ZERO_POINT_FORGOTTEN = (
    "zero-point-forgotten",
    "The zero points are not counted. Each group stores one beside its scale.",
)
ZERO_POINT_AS_SCALE = (
    "zero-point-as-scale",
    "The zero point was counted with the bits of the scale. It has a size of its own: "
    "`zero_point_bits`.",
)
ONE_OF_BOTH = (
    "scale-or-zero-point",
    "As soon as there is a zero point, the scale is no longer counted, or only the larger "
    "of the two is. Each group stores both.",
)
BYTES = (
    "bytes-not-bits",
    "This is the number of bytes. Bits are asked for.",
)
DIGITS_DROPPED = (
    "digits-dropped",
    "The result was rounded to a few decimals. Over billions of weights they add up.",
)
WHOLE_BITS = (
    "whole-bits",
    "The result was rounded to whole bits. An average need not be a whole number: many "
    "weights share one scale.",
)
OVERHEAD_MULTIPLIED = (
    "overhead-multiplied",
    "The larger the group, the smaller the share of each weight. Here it grows with the group.",
)
CODE_SHARED = (
    "code-shared",
    "The code was divided by the group size as well. Every weight has a code of its own; "
    "only scale and zero point are shared.",
)
CODES_COUNTED = (
    "codes-counted",
    "2**n_bits is how many codes there are. One of them takes `n_bits` bits.",
)
GROUP_ONE_OFF = (
    "group-one-off",
    "The share of a weight was counted in a group of one weight more, or one less. All "
    "`group_size` weights share a scale, the first one as well.",
)
BITS_CUT = (
    "n-bits-cut",
    "`n_bits` was made a whole number. On average codes may take 1.5 bits: take it as it is.",
)
SCALE_BITS_CUT = (
    "scale-bits-cut",
    "The bits of a scale were cut to a whole number. Scales that share a second scale take "
    "a fraction of a bit more.",
)
