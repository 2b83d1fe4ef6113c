"""What mkdocs is told beside mkdocs.yml: the list of decisions, and the page of the notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Each file in docs/decisions is a page under Decisions, in the order of their numbers."""
    folder = Path(config.docs_dir) / "decisions"
    pages = [f"decisions/{path.name}" for path in sorted(folder.glob("*.md"))]
    config.nav = [*(config.nav or []), {"Decisions": pages}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """research.ipynb becomes a page of the same name."""
    notebook = json.loads((Path(config.docs_dir) / "research.ipynb").read_text(encoding="utf-8"))
    files.append(File.generated(config, "research.md", content=as_markdown(notebook)))
    return files


def as_markdown(notebook: dict[str, Any]) -> str:
    """The cells one after the other, code in fences. Outputs are not kept in the notebook, so there are none."""
    cells = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        cells.append(text if cell["cell_type"] == "markdown" else f"```python\n{text}\n```")
    return "\n\n".join(cells) + "\n"
