"""What mkdocs is told beside mkdocs.yml: the list of decisions, and the page of the notebook."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from oddsproject.documentation import notebook


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Each file in docs/decisions is a page under Decisions, in the order of their numbers."""
    folder = Path(config.docs_dir) / "decisions"
    pages = [f"decisions/{path.name}" for path in sorted(folder.glob("*.md"))]
    config.nav = [*(config.nav or []), {"Decisions": pages}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The notebook becomes a page of its name."""
    files.append(File.generated(config, "research.md", content=notebook.page()))
    return files
