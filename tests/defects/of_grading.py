"""Defects of the grading: what a hand-in must not do, and marks that are not the right ones."""

from tests.defects.defect import Defect

GRADING = (
    Defect(
        name="system-call-let-through",
        breaks="A worker may set up io_uring, which passes the filter of system calls by.",
        file="lib/courseware/grading/split/seccomp.py",
        before='    "io_uring_setup": (425, 425),\n',
        after="",
        tests=("tests/courseware/split/test_sandbox.py::test_no_way_out_is_missing_in_the_table",),
    ),
    Defect(
        name="clone-with-any-flags",
        breaks="A worker may clone itself with any flags, so into a new process.",
        file="lib/courseware/grading/split/seccomp.py",
        before="(_EQUAL, 1, 0, THREAD)]",
        after="(_EQUAL, 1, 1, THREAD)]",
        tests=("tests/courseware/split/test_isolation.py::test_only_a_plain_thread_can_be_cloned",),
    ),
    Defect(
        name="files-without-limit",
        breaks="A worker may open as many files as it likes.",
        file="lib/courseware/grading/split/lockdown.py",
        before="        resource.RLIMIT_NOFILE: caps.open_files,\n",
        after="",
        tests=("tests/courseware/split/test_isolation.py::test_open_files_have_a_limit",),
    ),
    Defect(
        name="long-message-read",
        breaks="A worker's answer is read however much data it announces.",
        file="lib/courseware/grading/split/protocol.py",
        before="if text_length > self._reads.text or data_length > self._reads.data:",
        after="if text_length > self._reads.text:",
        tests=("tests/courseware/split/test_protocol.py::test_announced_lengths_take_no_memory",),
    ),
    Defect(
        name="bytes-left-over",
        breaks="Bytes that belong to no value of an answer are passed over.",
        file="lib/courseware/grading/split/encoding.py",
        before="if reader.at != len(data):",
        after="if reader.at > len(data):",
        tests=("tests/courseware/split/test_encoding.py::test_malformed_nodes",),
    ),
    Defect(
        name="markup-in-a-name",
        breaks="A student's folder may have a name that formgrader takes for HTML.",
        file="lib/courseware/grading/folder_names.py",
        before="if re.search(r'[<>\"]', student):",
        after="if re.search(r'[\"]', student):",
        tests=(
            "tests/courseware/grading/test_intake.py::"
            "test_names_that_are_refused_are_shown_in_one_line",
        ),
    ),
    Defect(
        name="blank-before-a-name",
        breaks="A blank before a name is accepted, and nbgrader takes it away.",
        file="lib/courseware/grading/folder_names.py",
        before="if student != student.strip():",
        after="if student != student.rstrip():",
        tests=(
            "tests/courseware/grading/test_intake.py::"
            "test_names_that_are_refused_are_shown_in_one_line",
        ),
    ),
    Defect(
        name="link-followed",
        breaks="A file that is swapped for a link while it is looked at is followed.",
        file="lib/courseware/grading/untrusted.py",
        before="os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK",
        after="os.O_RDONLY | os.O_NONBLOCK",
        tests=(
            "tests/courseware/grading/test_intake.py::"
            "test_what_is_swapped_while_it_is_looked_at_is_refused",
        ),
    ),
    Defect(
        name="second-name-taken",
        breaks="A hard link to a file elsewhere is taken for a hand-in.",
        file="lib/courseware/grading/untrusted.py",
        before="return status.st_nlink == 1",
        after="return status.st_nlink >= 1",
        tests=("tests/courseware/grading/test_intake.py::test_refused[two names]",),
    ),
    Defect(
        name="values-not-counted",
        breaks="A notebook of millions of values is read.",
        file="lib/courseware/grading/reading.py",
        before="    _check_values(text)\n",
        after="",
        tests=(
            "tests/courseware/grading/test_reading.py::"
            "test_unreadable_files_become_the_bare_master",
        ),
    ),
    Defect(
        name="test-cells-of-the-student",
        breaks="Test cells are taken from the hand-in, where a student may change them.",
        file="lib/courseware/grading/rebuild.py",
        before="if is_solution(cell) and copies[key]:",
        after="if copies[key]:",
        tests=(
            "tests/courseware/grading/test_rebuild.py::"
            "test_takes_sources_of_solutions_and_nothing_else",
        ),
    ),
    Defect(
        name="old-score-kept",
        breaks="A hand-in that is refused keeps the score of the one before.",
        file="lib/courseware/grading/scores.py",
        before="            grade.auto_score = None\n",
        after="",
        tests=(
            "tests/courseware/grading/test_stock_commands.py::test_a_failure_leaves_no_old_grade",
        ),
    ),
    Defect(
        name="penalty-forgotten",
        breaks="The total does not lose the penalty for being late.",
        file="lib/courseware/grading/scores.py",
        before="return max(0.0, self.reached - self.penalty)",
        after="return max(0.0, self.reached)",
        tests=(
            "tests/courseware/grading/test_scores.py::"
            "test_who_is_late_loses_the_penalty_and_no_more_than_there_is",
        ),
    ),
    Defect(
        name="late-rule-changed-in-silence",
        breaks="A due date that is set later changes marks that were given before.",
        file="lib/courseware/grading/late/settling.py",
        before="    if anew:\n",
        after="    if True:\n",
        tests=(
            "tests/courseware/grading/test_late.py::"
            "test_a_rule_that_is_set_later_changes_no_mark_before_it_is_asked_to",
        ),
    ),
    Defect(
        name="marks-overwritten",
        breaks="Of two who mark the same answer at once, the second takes the first one's away.",
        file="lib/courseware/grading/marking/desk.py",
        before="answer.student) != answer.given:",
        after="answer.student) is None:",
        tests=(
            "tests/courseware/grading/test_marking.py::"
            "test_two_who_mark_at_once_do_not_overwrite_each_other",
        ),
    ),
    Defect(
        name="bundle-not-sealed",
        breaks="References and keys lie about in what students get.",
        file="lib/courseware/grading/bundle/making.py",
        before="            files[path] = seal(files[path].decode(), name).encode()\n",
        after="            files[path] = files[path] + name[:0].encode()\n",
        tests=(
            "tests/courseware/grading/test_bundle.py::"
            "test_the_whole_course_has_no_leak_and_lacks_no_module",
        ),
    ),
    Defect(
        name="points-for-a-test-of-nothing",
        breaks="A test cell that asserts nothing gives all points.",
        file="lib/courseware/grading/split/test_cells.py",
        before="if value is None and _asserts(source):",
        after="if value is None:",
        tests=("tests/courseware/split/test_test_cells.py::test_the_score_that_nbgrader_reads",),
    ),
    Defect(
        name="second-judging-without-cap",
        breaks="A task that calls a failing one gets more than the policy allows.",
        file="lib/courseware/checks/follow.py",
        before="min(second, self.most / 100 * points)",
        after="min(second, points)",
        tests=(
            "tests/courseware/split/test_following.py::"
            "test_both_results_are_told_and_the_policy_says_which_counts",
        ),
    ),
    Defect(
        name="formula-behind-a-blank",
        breaks="A field of the CSV file that begins with a blank may be a formula.",
        file="lib/courseware/grading/plain_lines.py",
        before="if text.lstrip().startswith(FORMULA)",
        after="if text.startswith(FORMULA)",
        tests=("tests/courseware/grading/test_plain_lines.py::test_no_cell_is_a_formula",),
    ),
    Defect(
        name="any-scheme-is-a-link",
        breaks="A written answer may hold a link that is code.",
        file="lib/courseware/grading/safe_html.py",
        before="(?:https?://|mailto:)[!-~]+",
        after="(?:\\w+:)[!-~]+",
        tests=("tests/courseware/grading/test_safe_html.py::test_only_full_addresses_are_links",),
    ),
    Defect(
        name="secret-for-all",
        breaks="The secret of a class can be read by everybody on the machine.",
        file="lib/courseware/grading/class_secret.py",
        before="os.O_CLOEXEC, 0o600)",
        after="os.O_CLOEXEC, 0o644)",
        tests=(
            "tests/courseware/grading/test_intake.py::"
            "test_of_several_that_make_the_secret_at_once_all_have_the_same",
        ),
    ),
)
