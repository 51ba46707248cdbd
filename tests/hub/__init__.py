"""The hub of deploy/jupyterhub, walked through in Chromium by a teacher and two students."""
