"""The command palette (ctrl+p): one command for each key that does something now, made from the bindings."""

from __future__ import annotations

from textual.binding import Binding
from textual.command import CommandInput, CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon

from porttui.ui.keymap import shown
from porttui.ui.screens.start import StartScreen

_LAST = {
    *("next", "previous", "page_down", "page_up", "first", "last"),
    *("next_way", "previous_way", "next_tab", "previous_tab", "pick", "unpick"),
    *("leave", "quit", "suspend"),
}
"""Ids of what only moves about, or leaves: enter, pressed too early, must not be one of these."""


class Palette(CommandPalette):
    """Textual's palette as the other screens are: no boxes, no tints, the row in focus reversed, and nothing blinks."""

    DEFAULT_CSS = """
    Palette {
        background: $background;
        & > .command-palette--help-text { text-style: not bold; }
        & > .command-palette--highlight { text-style: underline; }
        & > #--container { margin: 0; background: $background; }
        & #--input, & #--input.--list-visible { height: 1; border: none; margin-bottom: 1; }
        & SearchIcon { margin: 0 1; width: 1; color: $foreground; }
        & CommandInput { height: 1; padding: 0; }
        & CommandList, & CommandList:focus, & CommandList.--populating { border: none; max-height: 100h; }
        & CommandList > .option-list--option-highlighted {
            color: $background; background: $foreground; text-style: bold;
        }
        & LoadingIndicator, & LoadingIndicator.--visible { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__(placeholder="Search; enter runs it, esc goes back", id="--command-palette")

    def on_mount(self) -> None:
        """Keep the cursor still, which would write to the terminal for ever, and draw no picture."""
        self.query_one(CommandInput).cursor_blink = False
        self.query_one(SearchIcon).icon = ">"


class Commands(Provider):
    """Offers the keys of the screen from which the palette was opened."""

    def _bindings(self) -> list[Binding]:
        """Return what the keys do here; on the tabs enter is told by the key row."""
        offered = self.screen.offered() if isinstance(self.screen, StartScreen) else []
        found = {binding.id: binding for binding in offered if binding.id}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if active.enabled and binding.id and binding.description:
                found.setdefault(binding.id, binding)
        return sorted(found.values(), key=lambda binding: binding.id in _LAST)

    async def discover(self) -> Hits:
        """Yield every command while nothing is typed."""
        for binding in self._bindings():
            yield DiscoveryHit(_name(binding), self._run(binding), help=binding.tooltip)

    async def search(self, query: str) -> Hits:
        """Yield the commands whose name or explanation fits what is typed."""
        matcher = self.matcher(query)
        for binding in self._bindings():
            score = max(matcher.match(_name(binding)), matcher.match(binding.tooltip))
            if score > 0:
                yield Hit(score, matcher.highlight(_name(binding)), self._run(binding), help=binding.tooltip)

    def _run(self, binding: Binding) -> _Run:
        return _Run(self, binding.action)


class _Run:
    """Runs the action of a key on the screen that has it."""

    def __init__(self, provider: Commands, action: str) -> None:
        self._provider = provider
        self._action = action

    async def __call__(self) -> None:
        await self._provider.app.run_action(self._action, self._provider.screen)


def _name(binding: Binding) -> str:
    return f"{binding.description} ({shown(binding.key)})"
