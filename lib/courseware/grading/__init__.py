"""The nbgrader side of the course: from what students hand in to a graded class.

nbgrader's own commands, its API and formgrader all run through `nbgrader_config.py`, which puts
these parts in place:

* `exporter` reads what was handed in without ever failing;
* `rebuild` makes a clean notebook of it: a copy of the master into which only the sources of the
  solution cells are put, by their nbgrader id. Nothing else that was handed in has an effect;
* `preprocessors` are the steps nbgrader runs: rebuild, execute, settle the scores;
* `feedback` makes the page that a student gets back, `safe_html` keeps scripts out of it;
* `grade_class`, `class_report` and `cli` are the `course` command: a whole class and its table.

Cells that students add themselves are not run. A student is told so in the notes on top of the
graded notebook, by name where a solution cell needs what such a cell defines. The alternative, to
run them, would let a leftover experiment (a download, a long training run) decide over a grade,
and would make the result depend on where the cell happened to stand.
"""
