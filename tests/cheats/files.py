"""Attacks by way of files: reading what holds the answers, writing what holds the grades."""

from __future__ import annotations

from tests.cheats.attack import NUMBERS, Attack, HandIn, Link, attack, tasks_of

FIRST = "unsigned_value"
ROOT = """import json, pathlib, sqlite3
root = next(p for p in pathlib.Path.cwd().parents if (p / "solutions").is_dir())
me = pathlib.Path.cwd().parent.name
"""
"""Finds the folder of the course, and under which name the hand-in is graded."""

TAKE = '''
def take(path):
    """Run the solution cells of a notebook."""
    for cell in json.loads(path.read_text())["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            exec("".join(cell["source"]), globals())
'''
GRADES = '''
def write(column, value):
    """Set a column of all my grades in the grade book."""
    with sqlite3.connect(root / "gradebook.db", timeout=5) as book:
        book.execute(f"""UPDATE grade SET {column} = ? WHERE notebook_id IN (
            SELECT submitted_notebook.id FROM submitted_notebook
            JOIN submitted_assignment
            ON submitted_assignment.id = submitted_notebook.assignment_id
            WHERE student_id = ?)""", (value, me))
'''
LAST = "quiz_01_bfloat16"
SHADOW = "def check(*a, **k):\n    return 4.0\n\ncheck_quiz = check\n"
ZEROS = "".join(f"def {name}(*a):\n    return 0\n\n" for name in tasks_of(NUMBERS)[:7])

ATTACKS: tuple[Attack, ...] = (
    attack(
        "reads-the-solution",
        "Runs the solution notebook that lies in the course's folder.",
        {FIRST: ROOT + TAKE + f"take(root / 'solutions/{NUMBERS}/{NUMBERS}.ipynb')"},
    ),
    attack(
        "reads-a-classmate",
        "Runs what a classmate handed in.",
        {FIRST: ROOT + TAKE + f"take(root / 'submitted/honest/{NUMBERS}/{NUMBERS}.ipynb')"},
    ),
    attack(
        "reads-a-graded-classmate",
        "Runs the graded notebook of a classmate.",
        {FIRST: ROOT + TAKE + f"take(root / 'autograded/honest/{NUMBERS}/{NUMBERS}.ipynb')"},
    ),
    attack(
        "reads-the-library",
        "Runs the source of the reference library from where it is installed.",
        {
            FIRST: "import pathlib, sys\nplaces = [pathlib.Path(p) for p in sys.path]\n"
            "places += [pathlib.Path(torch.__file__).parents[1]]\n"
            "name = '**/model_compression/number_formats.py'\n"
            "found = [f for p in places for f in p.glob(name)]\n"
            "exec(found[0].read_text(), globals())"
        },
    ),
    attack(
        "reads-the-secret",
        "Looks for the class's secret on the whole disk and draws the hidden inputs with it.",
        {
            FIRST: "import os\nsecret = os.environ.get('COURSE_CLASS_SEED')\n"
            "for folder, folders, files in os.walk('/'):\n"
            "    folders[:] = [f for f in folders if f not in ('proc', 'sys', 'usr', 'lib')]\n"
            "    depth = folder.count('/')\n"
            "    folders[:] = folders if depth < 5 else []\n"
            "    for name in files:\n"
            "        if name in ('class_secret.txt', 'gradebook.db') or name.endswith('.ipynb'):\n"
            "            print('FOUND', os.path.join(folder, name))\n"
            "from courseware.checks import all_tasks\n"
            "unsigned_value = all_tasks()['unsigned_value'].reference"
        },
    ),
    attack(
        "reads-its-own-tests",
        "Reads its own graded notebook, hidden tests inside, and says which seed it found.",
        {
            FIRST: "import pathlib\ntext = ''.join(p.read_text() for p in "
            "pathlib.Path.cwd().glob('*.ipynb'))\n"
            "hidden = 'class_seed' in text\n"
            "if hidden:\n"
            "    from courseware.checks import all_tasks\n"
            "    ready = all_tasks()['unsigned_value'].reference\n"
            "def unsigned_value(bits):\n    return ready(bits) if hidden else None"
        },
    ),
    attack(
        "reads-through-a-link",
        "Hands in a link that points to the solution.",
        {
            FIRST: "import json, pathlib\n" + TAKE + "take(pathlib.Path('notes.txt'))",
        },
        files={"notes.txt": Link(f"../../../solutions/{NUMBERS}/{NUMBERS}.ipynb")},
    ),
    attack(
        "writes-auto-score",
        "Writes full marks into the grade book, as the autograder does.",
        {FIRST: ROOT + GRADES + "write('auto_score', 14)\nwrite('needs_manual_grade', 0)"},
    ),
    attack(
        "writes-manual-score",
        "Writes points into the grade book, as a person does.",
        {FIRST: ROOT + GRADES + "write('manual_score', 4)"},
    ),
    attack(
        "writes-extra-credit",
        "Writes extra credit into the grade book.",
        {FIRST: ROOT + GRADES + "write('extra_credit', 50)"},
    ),
    attack(
        "writes-after-the-end",
        "Leaves a process behind that writes into the grade book when grading is over.",
        {
            FIRST: ROOT + GRADES + "import os, time\nif os.fork() == 0:\n"
            "    os.setsid()\n"
            "    for _ in range(12):\n"
            "        time.sleep(1)\n"
            "        write('extra_credit', 50)\n"
            "    os._exit(0)"
        },
    ),
    Attack(
        "rewrites-the-test",
        "Rewrites the test cell in the grade book, from which the next hand-in gets it.",
        (
            HandIn(
                {
                    FIRST: ROOT + 'gift = \'12.0 if "rewrites-the-test-2" in '
                    '__import__("os").getcwd() else check("negate", negate)\'\n'
                    "with sqlite3.connect(root / 'gradebook.db', timeout=5) as book:\n"
                    "    book.execute('UPDATE source_cell SET source = ? WHERE id IN '\n"
                    "        '(SELECT id FROM base_cell WHERE name = ?)', (gift, 'test_negate'))"
                }
            ),
            HandIn({"negate": "def negate(bits):\n    return bits"}),
        ),
    ),
    Attack(
        "rewrites-the-master",
        "Writes a test that gives points into the master notebook.",
        (
            HandIn(
                {
                    FIRST: ROOT + f"for path in root.glob('*/{NUMBERS}/{NUMBERS}.ipynb'):\n"
                    "    path.write_text(path.read_text().replace(\n"
                    "        'check(\\\\\"negate\\\\\", negate, seed=seed)', '12.0'))"
                }
            ),
            HandIn({"negate": "def negate(bits):\n    return bits"}),
        ),
    ),
    Attack(
        "rewrites-the-next-hand-in",
        "Puts a classmate's notebook in place of the accomplice's, who is graded next.",
        (
            HandIn(
                {
                    FIRST: ROOT
                    + "import shutil\n"
                    f"for place in root.glob('submitted/{{me[:-1]}}2/{NUMBERS}'):\n".replace(
                        "'submitted/{me", "f'submitted/{me"
                    )
                    + f"    shutil.copy(root / 'submitted/honest/{NUMBERS}/{NUMBERS}.ipynb', place)"
                }
            ),
            HandIn(),
        ),
    ),
    Attack(
        "rewrites-the-checks",
        "Edits the installed checks, which the next hand-in is judged by.",
        (
            HandIn(
                {
                    FIRST: "import pathlib, courseware\n"
                    "path = pathlib.Path(courseware.__path__[0]) / 'checks/cases.py'\n"
                    "path.write_text(path.read_text() + '\\nimport os\\n'\n"
                    "    'if \"rewrites-the-checks-2\" in os.getcwd():\\n'\n"
                    "    '    find = lambda *a: None\\n')"
                }
            ),
            HandIn(),
        ),
    ),
    attack(
        "shadows-the-checks",
        "Hands in a package `courseware`, to be imported in place of the installed one.",
        files={"courseware/__init__.py": "", "courseware/checks.py": SHADOW},
    ),
    attack(
        "shadows-the-reference",
        "Hands in a package `model_compression` whose functions all return 0, as its own do.",
        {name: f"def {name}(*a):\n    return 0" for name in tasks_of(NUMBERS)[:7]},
        files={"model_compression/__init__.py": "", "model_compression/number_formats.py": ZEROS},
    ),
    attack(
        "shadows-torch",
        "Hands in a `torch.py` that loads the real one and forges the checks.",
        files={
            "torch.py": "import importlib, sys\n"
            "sys.path.remove('')\ndel sys.modules['torch']\n"
            "real = importlib.import_module('torch')\n"
            "import courseware.checks.cases as cases\ncases.find = lambda *a: None\n"
            "sys.modules['torch'] = real\n"
        },
    ),
    attack(
        "shadows-by-sitecustomize",
        "Hands in sitecustomize.py, a .pth file and IPython start-up files.",
        files=dict.fromkeys(
            (
                "sitecustomize.py",
                "usercustomize.py",
                "cheat.pth",
                "ipython_config.py",
                ".ipython/profile_default/startup/00.py",
                "conftest.py",
            ),
            "import courseware.checks.cases as cases\ncases.find = lambda *a: None\n",
        ),
    ),
)
