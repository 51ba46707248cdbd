"""Whatever the archive: each notebook lands with its student, and nothing elsewhere."""

import io
import json
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from courseware.grading.lms import archives
from courseware.grading.lms.archives import entries
from courseware.grading.lms.collect import NEW, NEWER, OLDER, SAME, Target, put, sort_out
from courseware.grading.lms.record import read_record, write_record
from courseware.grading.lms.roster import Member
from courseware.grading.named import CourseError

CLASS = [
    Member("s1", "Ann", "Doe", lms_id="321"),
    Member("s2", "Jean-Luc", "Núñez", lms_id="322"),
    Member("s3", "小明", "王", lms_id="323"),
    Member("s4", "Ann", "Twin", lms_id="324"),
    Member("s5", "Ann", "Twin", lms_id="325"),
]


@pytest.fixture
def target(tmp_path):
    (tmp_path / "submitted").mkdir()
    return Target(tmp_path, tmp_path / "submitted", "01_toy", ("01_toy",))


@pytest.fixture
def zipped(tmp_path):
    def make(files):
        path = tmp_path / "all.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return make


def collect(path, target, members=CLASS):
    found = sort_out(entries(path), members, target)
    return found, {one.student: put(one, target) for one in found.hand_ins}


def there(target):
    return {
        str(path.relative_to(target.submitted)): path.read_text()
        for path in target.submitted.rglob("*")
        if path.is_file()
    }


def test_moodle_in_folders(target, zipped):
    back = "Group A-Jean-Luc Núñez_12_assignsubmission_file_"
    path = zipped(
        {
            "Ann Doe_11_assignsubmission_file_/01_toy.ipynb": "ann",
            f"{back}/01_toy (1).ipynb": "luc",
            "Group B/小明 王_13_assignsubmission_file_/notes.txt": "no",
            "Group B/小明 王_13_assignsubmission_file_/work.ipynb": "ming",
        }
    )
    found, done = collect(path, target)
    assert there(target) == {
        "s1/01_toy/01_toy.ipynb": "ann",
        "s2/01_toy/01_toy.ipynb": "luc",
        "s3/01_toy/01_toy.ipynb": "ming",
    }
    assert found.not_placed == ()
    assert done["s2"][1].way_back == back
    assert done["s3"][1].remark == "was called work.ipynb"


def test_moodle_without_folders(target, zipped):
    path = zipped({"Ann Doe_11_assignsubmission_file_01_toy.ipynb": "ann"})
    collect(path, target)
    assert there(target) == {"s1/01_toy/01_toy.ipynb": "ann"}


def test_canvas_takes_the_last_attempt_and_says_who_is_late(target, zipped):
    path = zipped(
        {
            "doeann_321_900_01_toy.ipynb": "first",
            "doeann_321_901_01_toy-1.ipynb": "second",
            "nunezjeanluc_LATE_322_902_01_toy-1.ipynb": "luc",
            "someone_999_903_01_toy.ipynb": "?",
        }
    )
    found, done = collect(path, target)
    assert there(target) == {
        "s1/01_toy/01_toy.ipynb": "second",
        "s2/01_toy/01_toy.ipynb": "luc",
    }
    assert [one.late for one in found.hand_ins] == [False, True]
    assert done["s2"][1].late == "late"
    [(path, why)] = found.not_placed
    assert path.startswith("someone") and "nobody in the roster" in why


def test_names_that_two_have_are_left_to_a_person_and_numbers_are_not(target, zipped):
    path = zipped(
        {
            "Ann Twin_1_assignsubmission_file_/01_toy.ipynb": "which?",
            "twinann_325_7_01_toy.ipynb": "the second",
        }
    )
    found, _ = collect(path, target)
    assert there(target) == {"s5/01_toy/01_toy.ipynb": "the second"}
    [(_, why)] = found.not_placed
    assert "may be s4 or s5: `--is 1=ID` says who" in why
    found = sort_out(entries(path), CLASS, target, {"1": "s4"})
    assert [one.student for one in found.hand_ins] == ["s4", "s5"]


def test_two_numbers_are_not_one_student(target, zipped):
    path = zipped(
        {
            "Ann Twin_1_assignsubmission_file_/01_toy.ipynb": "one",
            "Ann Twin_2_assignsubmission_file_/01_toy.ipynb": "the other",
        }
    )
    found = sort_out(entries(path), CLASS, target, {"1": "s4", "2": "s4"})
    assert not found.hand_ins
    assert [why for _, why in found.not_placed] == [
        "1 and 2 cannot both be s4: `--is NUMBER=ID` says who"
    ] * 2
    found = sort_out(entries(path), CLASS, target, {"1": "s4", "2": "s5"})
    assert [one.student for one in found.hand_ins] == ["s4", "s5"] and not found.not_placed


def test_nbgraders_exchange_keeps_the_time(target, zipped):
    older, newer = (f"s1+01_toy+2026-03-0{day} 10:00:00.000000 UTC+x" for day in (1, 2))
    path = zipped({f"{newer}/01_toy.ipynb": "new", f"{older}/01_toy.ipynb": "old"})
    collect(path, target)
    assert there(target) == {
        "s1/01_toy/01_toy.ipynb": "new",
        "s1/01_toy/timestamp.txt": "2026-03-02 10:00:00.000000 UTC",
    }


def test_a_hand_in_without_a_time_does_not_take_over_that_of_the_one_before(target, zipped):
    elsewhere = target.root / "elsewhere"
    elsewhere.write_text("as it was")
    collect(zipped({"s1+01_toy+2026-03-01 10:00:00.000000 UTC+x/01_toy.ipynb": "old"}), target)
    (target.submitted / "s2" / "01_toy").mkdir(parents=True)
    (target.submitted / "s2" / "01_toy" / "timestamp.txt").symlink_to(elsewhere)
    later = "s2+01_toy+2026-03-02 10:00:00.000000 UTC+x"
    collect(zipped({"s1/01_toy.ipynb": "new", f"{later}/01_toy.ipynb": "luc"}), target)
    assert there(target) == {
        "s1/01_toy/01_toy.ipynb": "new",
        "s2/01_toy/01_toy.ipynb": "luc",
        "s2/01_toy/timestamp.txt": "2026-03-02 10:00:00.000000 UTC",
    }
    assert elsewhere.read_text() == "as it was"


@pytest.mark.parametrize(
    "name", ["s1/work.ipynb", "s1.ipynb", "01_toy_s1.ipynb", "s1_01_toy.ipynb", "Ann Doe/x.ipynb"]
)
def test_a_folder_of_files(target, tmp_path, name):
    path = tmp_path / "in" / name
    path.parent.mkdir(parents=True)
    path.write_text("ann")
    collect(tmp_path / "in", target)
    assert there(target) == {"s1/01_toy/01_toy.ipynb": "ann"}


def test_without_a_roster_folders_name_their_students(target, zipped):
    collect(zipped({"eve/01_toy.ipynb": "eve", "../x/01_toy.ipynb": "x"}), target, members=[])
    assert set(there(target)) == {"eve/01_toy/01_toy.ipynb", "x/01_toy/01_toy.ipynb"}


def test_nothing_is_lost_and_nothing_old_comes_back(target, zipped):
    name = "s1/01_toy.ipynb"
    first = collect(zipped({name: "first"}), target)[1]["s1"][0]
    again = collect(zipped({name: "first"}), target)[1]["s1"][0]
    second = collect(zipped({name: "second"}), target)[1]["s1"][0]
    old = collect(zipped({name: "first"}), target)[1]["s1"][0]
    assert (first, again, second, old) == (NEW, SAME, NEWER, OLDER)
    assert there(target) == {"s1/01_toy/01_toy.ipynb": "second"}
    [kept] = (target.root / "collected" / "older").rglob("*.ipynb")
    assert kept.read_text() == "first"


def test_nothing_is_written_outside(target, tmp_path, zipped):
    link = zipfile.ZipInfo("s1/01_toy.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped({"../../s2/01_toy.ipynb": "up", "/s3/01_toy.ipynb": "root"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    before = {one for one in tmp_path.rglob("*") if target.submitted not in one.parents}
    found, _ = collect(path, target)
    assert set(there(target)) == {"s2/01_toy/01_toy.ipynb", "s3/01_toy/01_toy.ipynb"}
    after = {one for one in tmp_path.rglob("*") if target.submitted not in one.parents}
    assert after == before
    assert "a link" in found.not_placed[0][1]


def test_links_and_devices_of_a_tar_are_named(target, tmp_path):
    path = tmp_path / "all.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("s1/01_toy.ipynb")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"ann"))
        link = tarfile.TarInfo("s2/01_toy.ipynb")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    found, _ = collect(path, target)
    assert there(target) == {"s1/01_toy/01_toy.ipynb": "ann"}
    assert [why for _, why in found.not_placed] == [
        "a link, or another thing that is no plain file"
    ]


def test_a_bomb_is_cut_off(target, zipped, monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 1000)
    found, _ = collect(zipped({"s1/01_toy.ipynb": "0" * 5000, "s2/01_toy.ipynb": "luc"}), target)
    assert set(there(target)) == {"s2/01_toy/01_toy.ipynb"}
    assert "larger than" in found.not_placed[0][1]
    monkeypatch.setattr(archives, "MAX_ENTRIES", 1)
    with pytest.raises(CourseError, match="nothing of it was collected"):
        collect(zipped({"s1/01_toy.ipynb": "1", "s2/01_toy.ipynb": "2"}), target)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_what_is_no_archive_is_told(target, tmp_path, content):
    path = tmp_path / "all.zip"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=r"all\.zip"):
        collect(path, target)


def test_a_hand_in_without_a_notebook_is_named(target, zipped):
    found, _ = collect(zipped({"s1/essay.docx": "x", "s2/.DS_Store": "x"}), target)
    assert found.not_placed == (("s1", "no notebook among what was handed in: essay.docx"),)


def test_the_record_comes_back_as_it_was(target, zipped):
    name = "=Ann Doe_11_assignsubmission_file_"
    _, done = collect(zipped({f"{name}/01_toy.ipynb": "ann"}), target)
    write_record(target.root, "01_toy", {"s1": done["s1"][1]})
    assert read_record(target.root, "01_toy")["s1"].way_back == name
    assert json.loads(Path(target.root, "collected", "01_toy.json").read_text())
