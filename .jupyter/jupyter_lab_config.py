"""How `make lab` serves the course: on home.ipynb, beside nbgrader_config.py, without news."""

from pathlib import Path

c = get_config()  # noqa: F821 (given by Jupyter)

c.ServerApp.root_dir = str(Path(__file__).resolve().parent.parent)
c.LabApp.default_url = "/lab/tree/home.ipynb"
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
# Packages come from the lock of the course, not from a click.
c.LabApp.extension_manager = "readonly"
