"""A planted defect: one change of one file, and the tests that must notice it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """A slip that a reasonable person could make.

    Attributes:
        name: short, of small letters and hyphens.
        breaks: what goes wrong by it, in one sentence.
        file: where it is planted, from the root of the repository.
        before: the text that it takes the place of, which stands in the file exactly once.
        after: what stands there instead.
        tests: ids of tests as pytest knows them; one of them at least must fail.
    """

    name: str
    breaks: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    def planted(self, source: str) -> str:
        """The file's text with the defect in it.

        Raises: ValueError unless the text before stands in it exactly once.
        """
        times = source.count(self.before)
        if times != 1:
            where = f"{self.file}: expected the text before exactly once"
            raise ValueError(f"{where}, found it {times} times: {self.before!r}")
        return source.replace(self.before, self.after)
