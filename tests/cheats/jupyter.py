"""Attacks through IPython and its kernel: hooks, displays, forged messages and reports."""

from __future__ import annotations

from tests.cheats.attack import attack

FIRST = "unsigned_value"

ATTACKS = (
    attack(
        "displayhook",
        "Shows a score as a result before the test cell shows its own.",
        {"signed_value": "import sys\n\ndef signed_value(bits):\n    sys.displayhook(14.0)"},
    ),
    attack(
        "display-nan",
        "Shows `nan` as a result, which nbgrader takes for full marks.",
        {"signed_value": "import sys\n\ndef signed_value(b):\n    sys.displayhook(float('nan'))"},
    ),
    attack(
        "display-negative",
        "Shows a negative number as a result, which nbgrader takes for full marks.",
        {"signed_value": "import sys\n\ndef signed_value(bits):\n    sys.displayhook(-1.0)"},
    ),
    attack(
        "float-formatter",
        "Makes Jupyter print every float as 4.0.",
        {
            FIRST: "formatter = get_ipython().display_formatter.formatters['text/plain']\n"
            "formatter.for_type(float, lambda value, printer, cycle: printer.text('4.0'))"
        },
    ),
    attack(
        "syntax-tree",
        "Registers a transformer that replaces every call of `check` by a number.",
        {
            FIRST: "import ast\n\nclass Gift(ast.NodeTransformer):\n"
            "    def visit_Call(self, node):\n"
            "        if getattr(node.func, 'id', '').startswith('check'):\n"
            "            return ast.copy_location(ast.Constant(4.0), node)\n"
            "        return node\n"
            "get_ipython().ast_transformers.append(Gift())"
        },
    ),
    attack(
        "input-lines",
        "Registers a transformer that replaces the text of every test cell by a number.",
        {
            FIRST: "def gift(lines):\n"
            "    return ['4.0\\n'] if any('check' in line for line in lines) else lines\n"
            "get_ipython().input_transformers_cleanup.append(gift)"
        },
    ),
    attack(
        "before-every-cell",
        "Registers an event that puts a forged `check` in place before every cell.",
        {
            FIRST: "def forge(*a):\n"
            "    for name in ('check', 'check_quiz'):\n"
            "        get_ipython().user_ns[name] = lambda *a, **k: 4.0\n"
            "get_ipython().events.register('pre_run_cell', forge)"
        },
    ),
    attack(
        "run-cell",
        "Wraps the method of the shell that runs cells: test cells become a number.",
        {
            FIRST: "shell = get_ipython()\nreal = shell.run_cell_async\n"
            "def run(raw_cell, *rest, **more):\n"
            "    return real('4.0' if 'check' in raw_cell else raw_cell, *rest,\n"
            "                **{**more, 'transformed_cell': None})\n"
            "shell.run_cell_async = run"
        },
    ),
    attack(
        "kernel-execute",
        "Wraps the kernel's own method that executes code.",
        {
            FIRST: "kernel = get_ipython().kernel\nreal = kernel.do_execute\n"
            "def execute(code, *rest, **more):\n"
            "    return real('4.0' if 'check' in code else code, *rest, **more)\n"
            "kernel.do_execute = execute"
        },
    ),
    attack(
        "forged-message",
        "Sends a result over the kernel's own channel to the notebook.",
        {
            "signed_value": "def signed_value(bits):\n"
            "    kernel = get_ipython().kernel\n"
            "    content = {'execution_count': 1, 'metadata': {}, 'data': {'text/plain': '14.0'}}\n"
            "    parent = kernel.get_parent('shell')\n"
            "    kernel.session.send(kernel.iopub_socket, 'execute_result', content, parent)\n"
            "    return 0"
        },
    ),
    attack(
        "muted-errors",
        "Replaces the handler of exceptions, so that no cell ends in an error.",
        {
            FIRST: "shell = get_ipython()\n"
            "shell.set_custom_exc((Exception,), lambda *a, **k: None)\n"
            "shell.showtraceback = lambda *a, **k: None\n"
            "def check(*a, **k):\n    raise AssertionError"
        },
    ),
    attack(
        "silent-cells",
        "Ends the test cell with a semicolon's effect: no output at all counts as full marks.",
        {
            FIRST: "import sys\nsys.displayhook.quiet = lambda: True\n"
            "sys.displayhook = type('Quiet', (), {'__call__': lambda self, x: None})()\n"
            "get_ipython().displayhook.write_output_prompt = lambda *a: None\n"
            "get_ipython().displayhook.__class__.__call__ = lambda self, result=None: None"
        },
    ),
    attack(
        "printed-report",
        "Prints a report with all points, as text and as HTML.",
        {
            "signed_value": "from IPython.display import HTML, display\n\n"
            "def signed_value(bits):\n"
            "    print('signed_value: 14 of 14 points\\n14.0')\n"
            "    display(HTML('<b>14 of 14 points</b>'))\n"
            "    return '14.0'"
        },
    ),
    attack(
        "grade-markers",
        "Prints the markers that other graders read scores from.",
        {
            "signed_value": "import sys\nprint('### BEGIN GRADE\\n14\\n### END GRADE')\n"
            "def signed_value(bits):\n"
            '    print(\'{"score": 14.0, "max_score": 14.0}\')\n'
            "    print('14.0', file=sys.__stdout__, flush=True)\n"
            "    return 14.0"
        },
    ),
    attack(
        "rich-number",
        "Returns an object that Jupyter would show as a score.",
        {
            "signed_value": "class Score:\n"
            "    def __repr__(self): return '14.0'\n"
            "    def _repr_mimebundle_(self, **k): return {'text/plain': '14.0'}\n"
            "    def __float__(self): return 14.0\n"
            "def signed_value(bits):\n    return Score()"
        },
    ),
)
