"""A file that is there whole or not at all."""

import pytest

from courseware.grading.whole_file import whole_file


def test_after_an_error_the_old_file_is_there_and_nothing_else(tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), whole_file(path) as new:
        new.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_in_its_way_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "marks.csv.new").symlink_to(victim)
    with whole_file(tmp_path / "marks.csv") as new:
        new.write_text("new")
    assert victim.read_text() == "mine"
    assert (tmp_path / "marks.csv").read_text() == "new"
