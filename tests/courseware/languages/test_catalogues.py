"""The .po files hold what the course says now; what is finished is complete, and reads right."""

import zlib
from functools import cache

import pytest

from courseware.languages.catalogues import Entry, Translation, merged, path_of, read_catalogue
from courseware.languages.extraction import catalogues
from courseware.languages.names import TRANSLATED
from courseware.languages.proofreading import faults

FINISHED: tuple[str, ...] = (
    "checks",
    "feedback",
    "statements",
    "c01_number_formats/messages",
    "c01_number_formats/quiz",
    "c01_number_formats/statement",
    "c02_integer_scaling/messages",
    "c02_integer_scaling/quiz",
    "c02_integer_scaling/statement",
    "c03_post_training_quantization/messages",
    "c03_post_training_quantization/quiz",
    "c03_post_training_quantization/statement",
    "c04_quantization_aware_training/messages",
    "c04_quantization_aware_training/quiz",
    "c04_quantization_aware_training/statement",
    "c05_knowledge_distillation/messages",
    "c05_knowledge_distillation/quiz",
    "c05_knowledge_distillation/statement",
    "c06_unstructured_pruning/messages",
    "c06_unstructured_pruning/quiz",
    "c06_unstructured_pruning/statement",
    "c07_structured_pruning/messages",
    "c07_structured_pruning/quiz",
    "c07_structured_pruning/statement",
    "c08_when_to_prune/messages",
    "c08_when_to_prune/quiz",
    "c08_when_to_prune/statement",
    "c09_lottery_tickets/messages",
    "c09_lottery_tickets/quiz",
    "c09_lottery_tickets/statement",
    "c10_language_models/messages",
    "c10_language_models/quiz",
    "c10_language_models/statement",
    "c11_deep_compression/messages",
    "c11_deep_compression/quiz",
    "c11_deep_compression/statement",
)
"""Catalogues that are translated in every language; it grows until it is all of them."""


@cache
def translations(language: str) -> dict[str, list[Translation]]:
    return {name: read_catalogue(path_of(language, name)) for name in phrases_now()}


@cache
def phrases_now() -> dict[str, set[str]]:
    return {name: {one.phrase for one in entries} for name, entries in catalogues().items()}


def read(content: bytes, folder) -> dict[str, tuple[str, bool]]:
    path = folder / "one.po"
    path.write_bytes(content)
    return {one.phrase: (one.meaning, one.fuzzy) for one in read_catalogue(path)}


def test_catalogues_are_those_of_the_course():
    """Where this fails: `python -m courseware.languages extract`, then translate what is new."""
    for language in TRANSLATED:
        for name, there in translations(language).items():
            assert {one.phrase for one in there} == phrases_now()[name], f"{language}: {name}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_what_is_not_to_be_translated(language):
    for name, there in translations(language).items():
        for one in there:
            assert list(faults(one, language)) == [], f"{language}: {name}: {one.phrase}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_finished_catalogues_are_complete(language):
    for name in FINISHED:
        empty = [one.phrase for one in translations(language)[name] if not one.meaning]
        assert empty == [], f"{language}: {name}"


def test_merging_keeps_translations_and_marks_what_has_changed_or_is_gone(tmp_path):
    old = merged("vi", "toy", [Entry("One is here."), Entry("Two values came back.")], b"", {})
    old = old.replace(b'here."\nmsgstr ""', 'here."\nmsgstr "Một."'.encode())
    old = old.replace(b'back."\nmsgstr ""', b'back."\nmsgstr "Hai."')
    new = merged("vi", "toy", [Entry("Two values came back, all wrong."), Entry("New.")], old, {})
    assert read(new, tmp_path) == {
        "Two values came back, all wrong.": ("Hai.", True),
        "New.": ("", False),
    }
    assert b'#~ msgid "One is here."' in new
    assert (
        merged("vi", "toy", [Entry("Two values came back, all wrong."), Entry("New.")], new, {})
        == new
    )
    assert merged("vi", "toy", [Entry("New.")], b"", {"New.": "Mới."}).count("Mới.".encode()) == 1


def test_a_packed_file_is_read_like_any_other(tmp_path):
    path = path_of("vi", "c01_number_formats/quiz")
    (tmp_path / "quiz.po.z").write_bytes(zlib.compress(path.read_bytes()))
    assert read_catalogue(tmp_path / "quiz.po") == read_catalogue(path)
    (tmp_path / "quiz.po.z").write_bytes(b"nothing packed")
    with pytest.raises(ValueError, match=r"quiz\.po"):
        read_catalogue(tmp_path / "quiz.po")
