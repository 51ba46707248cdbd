"""What axe-core finds on a page: the rules of accessibility that a machine can check."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

GRAVE = ("serious", "critical")
CONTRAST = "color-contrast"
FIND = """async ([within, grave, rule]) => {
    const options = rule ? { runOnly: { type: "rule", values: [rule] } } : {};
    const { violations } = await axe.run(within ? { include: within } : document, options);
    const grave_ones = violations.filter(found => grave.includes(found.impact));
    return grave_ones.flatMap(found => found.nodes.map(
        node => `${found.id}: ${node.html.slice(0, 120)} (${node.target.join(' ')})`
    ));
}"""


def findings(page: Page, within: str = "", rule: str = "") -> list[str]:
    """What is serious or critical on a page, or in what a selector finds there; none is good.

    By all of axe's rules, or by one alone.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())
    return page.evaluate(FIND, [within, GRAVE, rule])


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
