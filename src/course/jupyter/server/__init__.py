"""The course as an extension of jupyter_server: the verbs as REST, changes as events. It needs no kernel.

`course start` loads it (jupyter/jupyterlab.py). The panel in JupyterLab is built on it and on nothing else.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "course.jupyter.server"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by jupyter_server when it starts."""
    from course.jupyter.server import changes, handlers

    changes.watch(server)
    server.web_app.add_handlers(".*$", handlers.handlers(server.base_url))
