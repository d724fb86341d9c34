# SPDX-FileCopyrightText: 2026 drimm contributors
# SPDX-License-Identifier: EUPL-1.2
"""What the person in front of the demo sees."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from confiance.errors import DrimmError


class Display:
    """Numbered steps, with their time and one line of result."""

    def __init__(self, total: int) -> None:
        self.console = Console(highlight=False)
        self._total = total
        self._number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[list[str]]:
        """Show one step while it runs; the caller appends its result, a few words."""
        self._number += 1
        label = f"[bold]{self._number:>2}/{self._total}[/] {title}"
        result: list[str] = []
        started = time.monotonic()
        with self.console.status(label):
            try:
                yield result
            except BaseException:
                self.console.print(f"[red]✗[/] {label}")
                raise
        took = time.monotonic() - started
        self.console.print(f"[green]✓[/] {label} [dim]({took:.1f} s)[/]")
        if result:  # a long one stays under its title, a name stays whole
            self.console.print(Text(_under(" ".join(result), self.console.width)))

    def error(self, error: DrimmError) -> None:
        """Show an error as a person should read it: what happened and what to do."""
        self.console.print(f"\n[red bold]{error.code}[/] — {error.message}", markup=True)
        if error.remede:
            self.console.print(f"  {error.remede}")

    def addresses(self, rows: dict[str, str]) -> None:
        """Show the addresses to open, each whole on its line: it is copied from there."""
        self.console.print("\n[bold]Le maillage est en marche[/] (Ctrl-C pour l'arrêter)")
        for name, address in rows.items():
            self.console.print(Text(f"  {name}\n      {address}"), soft_wrap=True)


def _under(text: str, width: int) -> str:
    indent = " " * 8
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
