"""The PTX of the fast product: two 4-bit codes at a time become two halves, by a bit trick.

The half with the bits 0x6400 is 1024, and its last bit counts 1: with a code c in the last four
bits it is 1024 + c. The half 0x5400 is 64, and its last bit counts 1/16: with c in the bits 4 … 7
it is 64 + c. So one `lop3` (and, then or) makes two halves out of a word, and one subtraction takes
1024 + 8 or 64 + 8 away again, both exactly. 8 codes cost 4 lop3, 1 shift, 4 subtractions and 4
multiply-adds, where one at a time they cost 8 shifts, 8 ands, 8 conversions, 8 subtractions and 8
multiply-adds.

Texts only: Triton's `tl.inline_asm_elementwise` puts them into a kernel.

Source: Kim, Henry, Fahim, Hassan Awadalla 2022, Who Says Elephants Can't Run (the trick), as in
FasterTransformer and AWQ; PTX ISA, `lop3`, `fma`.
"""


def dot_text(n_words: int) -> str:
    """PTX that multiplies 8 * n_words codes by as many halves: $0 = sum (c - 8) x.

    The sums run in halves, four of them: of the pairs in the slots 0 and 1, and 2 and 3, first
    and second of a pair apart. Only their sum is a float32.

    Args:
        n_words: words of 8 codes, int >= 1: the registers $1 … $n. After them come the halves, two
            a register, 4 * n_words of them: slot by slot, and word by word in a slot.
    Returns: str.
    Raises: ValueError if n_words < 1.

    >>> dot_text(1).count("lop3"), dot_text(4).count("fma")
    (4, 14)
    """
    if n_words < 1:
        raise ValueError(f"n_words: expected an integer >= 1, got {n_words!r}")
    lines = [
        "{ .reg .b32 t<4>, u, low, high, sum<2>; .reg .b16 a, b; .reg .f32 f, g;",
        "mov.b32 low, 0x64086408; mov.b32 high, 0x54805480;",  # twice 1032, twice 72
    ]
    for word in range(n_words):
        lines += [
            f"lop3.b32 t0, ${1 + word}, 0x000f000f, 0x64006400, 0xea;",
            f"lop3.b32 t1, ${1 + word}, 0x00f000f0, 0x54005400, 0xea;",
            f"shr.u32 u, ${1 + word}, 8;",
            "lop3.b32 t2, u, 0x000f000f, 0x64006400, 0xea;",
            "lop3.b32 t3, u, 0x00f000f0, 0x54005400, 0xea;",
        ]
        for slot in range(4):
            x = f"${1 + n_words + n_words * slot + word}"
            total = f"sum{slot // 2}"
            lines.append(f"sub.rn.f16x2 t{slot}, t{slot}, {'high' if slot % 2 else 'low'};")
            first = word == 0 and slot % 2 == 0
            lines.append(
                f"mul.rn.f16x2 {total}, t{slot}, {x};"
                if first
                else f"fma.rn.f16x2 {total}, t{slot}, {x}, {total};"
            )
    lines.append("add.rn.f16x2 sum0, sum0, sum1; mov.b32 {a, b}, sum0;")
    lines.append("cvt.f32.f16 f, a; cvt.f32.f16 g, b; add.rn.f32 $0, f, g; }")
    return "\n".join(lines)


def prepare_text(n_words: int, bfloat16: bool) -> str:
    """PTX that brings 8 * n_words floats into the range of halves: 2^-e x, and 2^e.

    e is the exponent of the largest of them, so that |2^-e x| < 4 and no sum of products overflows.
    Multiplying by a power of two is exact; only what is 2^-14 of the largest and less is rounded.

    Args:
        n_words: words of 8 codes that the floats will meet, int >= 1. In: 4 * n_words registers of
            two floats. Out: as many of two halves, then 2^e as a float32.
        bfloat16: whether the floats are bfloat16, else float16.
    Returns: str.
    Raises: ValueError if n_words < 1.

    >>> "bf16x2" in prepare_text(1, True), "bf16x2" in prepare_text(1, False)
    (True, False)
    """
    if n_words < 1:
        raise ValueError(f"n_words: expected an integer >= 1, got {n_words!r}")
    n = 4 * n_words
    kind = "bf16x2" if bfloat16 else "f16x2"
    first = n + 1
    lines = [f"{{ .reg .b32 m, o, k, p, unit, q<{n}>; .reg .f32 f, g;", f"abs.{kind} m, ${first};"]
    lines += [f"abs.{kind} o, ${i}; max.{kind} m, m, o;" for i in range(first + 1, first + n)]
    lines.append(f"shr.u32 o, m, 16; max.{kind} m, m, o;")
    # The exponent field e of the largest, kept where 2^-e is no subnormal; the bits of 2^-e are
    # those of twice the bias, less e; and 2^e as a float32, whose bias is 127.
    if bfloat16:
        lines.append("and.b32 m, m, 0x7f80; max.u32 m, m, 0x0080; min.u32 m, m, 0x7e80;")
        lines.append("sub.u32 k, 0x7f00, m; shl.b32 unit, m, 16;")
    else:
        lines.append("and.b32 m, m, 0x7c00; min.u32 m, m, 0x7400;")
        lines.append("sub.u32 k, 0x7800, m; shl.b32 unit, m, 13; add.u32 unit, unit, 0x38000000;")
    lines.append("shl.b32 p, k, 16; or.b32 k, k, p;")
    for i in range(n):
        if bfloat16:
            lines.append(f"mul.rn.bf16x2 o, ${first + i}, k; shl.b32 p, o, 16; mov.b32 f, p;")
            lines.append("and.b32 p, o, 0xffff0000; mov.b32 g, p;")
            lines.append(f"cvt.rn.f16x2.f32 q{i}, g, f;")
        else:
            lines.append(f"mul.rn.f16x2 q{i}, ${first + i}, k;")
    lines += [f"mov.b32 ${i}, q{i};" for i in range(n)]
    return "\n".join([*lines, f"mov.b32 ${n}, unit; }}"])


def constraints(outputs: str, n_inputs: int) -> str:
    """Constraints of inline assembly: its outputs, one letter each, then registers.

    Args:
        outputs: "r" for 32 bits and "f" for a float32, one for each.
        n_inputs: registers that come in, int >= 0.
    Returns: str, joined by commas.
    Raises: ValueError for another letter.

    >>> constraints("rf", 2)
    '=r,=f,r,r'
    """
    if not set(outputs) <= {"r", "f"}:
        raise ValueError(f"outputs: expected letters r and f, got {outputs!r}")
    return ",".join([*(f"={letter}" for letter in outputs), *["r"] * n_inputs])


def dequantize_text(bfloat16: bool) -> str:
    """PTX that makes 8 floats of a word of codes: $0 … $3, two each, slot by slot.

    (code - 8) is exact, times the scale is rounded once. In: the word $4, and $5, the scale twice.

    Args:
        bfloat16: whether scale and floats are bfloat16, else float16.
    Returns: str.
    Raises: ValueError never; there is nothing to be wrong.

    >>> dequantize_text(True).count("mul.rn.bf16x2")
    4
    """
    lines = ["{ .reg .b32 t<4>, u, low, high;"]
    if bfloat16:  # under 128, whose last bit counts 1: only the last four bits will do
        lines.append("mov.b32 low, 0x43084308;")
        for slot in range(4):
            lines.append(f"shr.u32 u, $4, {4 * slot};")
            lines.append(f"lop3.b32 t{slot}, u, 0x000f000f, 0x43004300, 0xea;")
            lines.append(f"sub.rn.bf16x2 t{slot}, t{slot}, low;")
            lines.append(f"mul.rn.bf16x2 t{slot}, t{slot}, $5;")
    else:
        lines.append("mov.b32 low, 0x64086408; mov.b32 high, 0x54805480;")
        for slot in range(4):
            mask, magic = ("0x00f000f0", "0x54005400") if slot % 2 else ("0x000f000f", "0x64006400")
            lines.append("shr.u32 u, $4, 8;" if slot == 2 else "" if slot else "mov.b32 u, $4;")
            lines.append(f"lop3.b32 t{slot}, u, {mask}, {magic}, 0xea;")
            lines.append(f"sub.rn.f16x2 t{slot}, t{slot}, {'high' if slot % 2 else 'low'};")
            lines.append(f"mul.rn.f16x2 t{slot}, t{slot}, $5;")
    lines += [f"mov.b32 ${slot}, t{slot};" for slot in range(4)]
    return "\n".join([*lines, "}"])
