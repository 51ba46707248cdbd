"""Text and JSON as hostile, careless or merely foreign people write it."""

from __future__ import annotations

import json
import operator
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.ground import CANARY_PATH

PIECES = (
    *("### BEGIN SOLUTION\n", "### END SOLUTION", "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"),
    *("=== BEGIN MARK SCHEME ===", "=== END MARK SCHEME ==="),
    *("%time ", "%%time\n", "%%capture out\n", "%%bash\n", "%%timeit -n 1 -r1\n", "%matplotlib\n"),
    *(
        "!ls\n",
        "x = !ls\n",
        "x?\n",
        "??",
        "In [1]: ",
        "   ...: ",
        ">>> ",
        "/f 1\n",
        ",f a\n",
        ";f a\n",
    ),
    *(
        "def square(x):\n",
        "    return x * x\n",
        "def cube(x): return x ** 3\n",
        "async def ",
        "await ",
    ),
    *(
        "lambda: ",
        "import os\n",
        "from torch import *\n",
        "global x\n",
        "class A:\n",
        "yield ",
        "(",
    ),
    *(
        '"""',
        "'",
        '"',
        "\\",
        "\\\n",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "    ",
        "\f",
        "\v",
        "\0",
        "#",
        "{",
        "f'{",
    ),
    *(
        "`",
        "```\n",
        "~~~",
        "$$",
        "$",
        "\\href{javascript:x}{a}",
        "\\(",
        "\\begin{a}",
        "*",
        "_",
        "[a](",
        ")",
    ),
    *(
        "<script>alert(1)</script>",
        "<img src=x onerror=x>",
        "<a href='files/javascript:x'>",
        "</div>",
    ),
    *(
        "<b style='position:fixed'>",
        "<svg><style>",
        "<math><mi>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
    ),
    *(
        "<table><td>",
        "<pre\n",
        "<textarea>",
        "<noscript>",
        "</p>",
        "<p id=x class=modal>",
        "&lt;",
        "&#x0;",
    ),
    *(
        "javascript:",
        "https://a.b/c",
        "mailto:a",
        "//a.b",
        "<https://a>",
        "![x](y)",
        "| a |\n|---|\n",
    ),
    *(
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\x1b[2J",
        "\x9b1m",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\u2028",
        "\x85",
    ),
    *(
        "\ud800",
        "\udfff",
        "\udce9",
        "\uffff",
        "\U0010ffff",
        "\U0001f600",
        "e\u0301",
        "\u3164",
        "ﬁ",
        "王",
    ),
    *(
        "{{ 1 }}",
        "{% raw %}",
        "%s%n",
        "${x}",
        "../../",
        "/etc/passwd",
        "1e999",
        "0x",
        "1_0",
        "9" * 5000,
    ),
    f"print(open('{CANARY_PATH}').read())\n",
)
"""Words of the many languages that a cell goes through."""

letters = st.characters()
words = st.text(letters, max_size=20)
pieces = st.sampled_from(PIECES) | words
texts = st.lists(
    pieces | st.builds(operator.mul, pieces, st.sampled_from([2, 50, 1000])), max_size=12
).map("".join)
long_texts = st.builds(operator.mul, texts, st.sampled_from([1, 1, 1, 1, 10, 300])).map(
    lambda text: text[:30_000]
)

numbers = (
    st.integers()
    | st.floats()
    | st.sampled_from([0, -1, 2**31, 2**63, -(2**64), 10**300, 10**4000, 1e308, -0.0, float("nan")])
)
DEEP = "@@deep@@"
"""Becomes brackets within brackets once the rest is JSON."""

plain_values = st.none() | st.booleans() | numbers | pieces | st.just(DEEP)
values = st.recursive(
    plain_values,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(pieces | st.just("source"), inner, max_size=4)
    ),
    max_leaves=10,
)
depths = st.sampled_from([1, 50, 150, 900, 1100, 20_000])


def as_json(value: Any, depth: int, escaped: bool) -> bytes:
    """JSON as programs write it that check nothing: NaN, halves of characters, any depth."""
    text = json.dumps(value, ensure_ascii=escaped)
    text = text.replace(f'"{DEEP}"', "[" * depth + "]" * depth)
    return text.encode("utf-8", "surrogatepass")
