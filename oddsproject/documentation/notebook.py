"""The research notebook: run, and made a page of the site.

In git it has no outputs. Its tables, as they came out on the games of the tutorial, lie beside it, so that the site is
built without a database; `make screenshots` writes them anew, and a test tells where they are not up to date.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from oddsproject.settings import BASE_DIR

NOTEBOOK = BASE_DIR / "docs" / "research.ipynb"
TABLES = BASE_DIR / "docs" / "research-tables.json"
STYLE = re.compile(r"<style.*?</style>\s*", re.DOTALL)
PATIENCE_SECONDS = 120


def run(environment: Mapping[str, str]) -> list[str]:
    """Run all cells with these variables; the table in HTML that each shows at its end, "" for none."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, timeout=PATIENCE_SECONDS, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
    client.execute(env=dict(environment))
    return [_table(cell.get("outputs", [])) for cell in notebook.cells]


def page() -> str:
    """The cells one after the other in Markdown, code in fences, with their tables."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    tables = json.loads(TABLES.read_text(encoding="utf-8"))
    return "\n\n".join(map(_as_markdown, cells, tables)) + "\n"


def _as_markdown(cell: Mapping[str, Any], table: str) -> str:
    text = "".join(cell["source"])
    return text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```\n\n{table}"


def _table(outputs: Sequence[Mapping[str, Any]]) -> str:
    tables = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    # Without the style that pandas writes, blank lines (which would end the HTML in Markdown) and the class of its own.
    return (
        re.sub(r"\n\s*", "\n", STYLE.sub("", tables[-1]).replace(' border="1" class="dataframe"', "")) if tables else ""
    )
