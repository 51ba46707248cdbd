"""A place for the reader's prediction, and what came of it.

    more_bits = predict("02-more-bits", "How far does one more bit bring the error down?",
                        "by a quarter", "by half", "by three quarters")
    ...
    more_bits.came("by half")

The prediction is kept in the reader's progress (`courseware.progress`), shown beside what came, and
there again after a restart. Where no kernel runs, the choices stand as a list.
"""

from __future__ import annotations

import html
from datetime import datetime
from typing import Any

import ipywidgets
from IPython import get_ipython
from IPython.display import display

from courseware.progress.store import keep_progress, read_progress
from courseware.showing.safely import message_area, show_message
from courseware.showing.say import say, with_minus_signs

SECTION = "predictions"
WIDGET = "application/vnd.jupyter.widget-view+json"

OTHERWISE = ", which is none of the choices. Has a cell been changed?"
"""Behind a result that only a change of the reader's can give; a lecture as it stands has none."""

Answer = str | float


class Prediction:
    """One question to the reader, with a control to answer it.

    Args:
        name: the lecture's number and a word, such as "02-more-bits"; no two may be the same.
        question: in one sentence.
        choices: what the reader chooses from; none where a number is asked for.
        unit: of that number.
    """

    def __init__(
        self, name: str, question: str, choices: tuple[str, ...] = (), unit: str = ""
    ) -> None:
        self.name, self.question, self.choices, self.unit = name, question, choices, unit
        self.first: Answer | None = None
        self.message = message_area("prediction-message")
        said = self._kept().get("said")
        if choices:
            said = said if said in choices else None
            # Buttons, for Tab and Space: JupyterLab keeps the arrows, which radio buttons need.
            self.control = ipywidgets.ToggleButtons(
                options=choices, value=said, style={"button_width": "auto"}
            )
        else:
            said = said if isinstance(said, int | float) else None
            self.control = ipywidgets.Text(
                value="" if said is None else f"{said:g}",
                placeholder="a number",
                continuous_update=False,
            )
        self.control.layout.width = "auto"
        self.control.add_class("prediction")
        self.control.observe(self._keep, names="value")
        if said is not None:
            show_message(self.message, "Your prediction, from before.")

    def came(self, result: Answer, within: float = 0.0) -> None:
        """Show what came beside what was predicted.

        A reader may change a cell and run it again: what is compared is what came first, and what
        is none of the choices is shown alone.

        Args:
            result: one of the choices, or a number.
            within: how far a number may be off and count as right.
        """
        if self.choices and result not in self.choices:
            say(f"**It came:** {self._text(result)}{OTHERWISE}")
            return
        first = self.first = result if self.first is None else self.first
        if _differ(result, first, within):
            counts = f"the first time {self._text(first)}, which counts"
            say(f"**It came:** {self._text(result)}; {counts}.")
            return
        said, told = self._kept().get("said"), ""
        if said is not None:
            right = said == result if self.choices else abs(said - result) <= within
            told = f"You predicted **{self._text(said)}**{', and so it is' if right else ''}."
            self._write({"came": result, "right": bool(right)})
        say(f"**It came:** {self._text(result)}. {told}".strip())

    def _text(self, answer: Answer) -> str:
        if isinstance(answer, str):
            return answer
        return with_minus_signs(f"{answer:.3g} {self.unit}".strip())

    def _kept(self) -> dict[str, Any]:
        try:
            return read_progress().get(SECTION, {}).get(self.name, {})
        except ValueError as error:
            show_message(self.message, str(error), failed=True)
            return {}

    def _keep(self, change: dict[str, Any]) -> None:
        answer = change["new"]
        if answer in (None, ""):
            return
        if not self.choices:
            try:
                answer = float(answer.replace("−", "-").replace(",", "."))
            except ValueError:
                show_message(self.message, f"Expected a number, got “{answer}”.", failed=True)
                return
        now = datetime.now().isoformat(timespec="seconds")
        if self._write({"said": answer, "question": self.question, "when": now}):
            show_message(self.message, f"Kept: {self._text(answer)}. Now run on, and see.")

    def _write(self, changes: dict[str, Any]) -> bool:
        try:
            keep_progress(SECTION, self.name, changes)
        except (OSError, ValueError) as error:
            show_message(self.message, f"Not kept: {error}", failed=True)
            return False
        return True

    def as_shown(self) -> dict[str, Any]:
        """By MIME type: the control, and the choices as a list for where there is no kernel."""
        question = with_minus_signs(self.question)
        items = "".join(f"<li>{html.escape(with_minus_signs(one))}</li>" for one in self.choices)
        static = f"<p><strong>Predict.</strong> {html.escape(question)}</p><ul>{items}</ul>"
        lines = [f"Predict. {question}", *(f"  - {choice}" for choice in self.choices)]
        return {"text/plain": "\n".join(lines), "text/html": static, **self._widget()}

    def _widget(self) -> dict[str, Any]:
        title = ipywidgets.HTML(
            f"<strong>Predict.</strong> {html.escape(with_minus_signs(self.question))}"
        )
        row = [self.control, ipywidgets.Label(self.unit)] if self.unit else [self.control]
        box = ipywidgets.VBox([title, ipywidgets.HBox(row), self.message])
        view = box._repr_mimebundle_()
        return {WIDGET: view[WIDGET]} if WIDGET in view else {}


def _differ(one: Answer, other: Answer, within: float) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one != other
    return abs(one - other) > within


def predict(name: str, question: str, *choices: str, unit: str = "") -> Prediction:
    """Ask the reader for a prediction, before the cell that shows what comes.

    With choices it is one of them; without, a number, in a `unit`.

    Raises: ValueError for a single choice, or for the same one twice.

    >>> tosses = predict("00-tosses", "Ten tosses of a coin: how many heads?", unit="heads")
    Predict. Ten tosses of a coin: how many heads?
    """
    if len(choices) == 1 or len({*choices}) < len(choices):
        raise ValueError(f"choices: expected two or more different ones, or none; got {choices}")
    prediction = Prediction(name, question, choices, unit)
    bundle = prediction.as_shown()
    if get_ipython() is None:
        print(bundle["text/plain"])
    else:
        display(bundle, raw=True)
    return prediction
