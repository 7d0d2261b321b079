"""The one kind of value that porttui passes around."""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


# msgspec imports what it needs for types that porttui has none of, and that takes longer than the rest of it:
# typing_extensions (with inspect, as long as the start of Python; what msgspec wants of it is in typing since 3.11),
# uuid (with platform), decimal, and its own modules for schemas, TOML and YAML. While it is imported, small modules
# stand there instead; who imports one later gets the real one. A msgspec that wants more of them gets the real ones.
def _real(name: str) -> Callable[..., object]:
    """Return what calls a function of `msgspec.json` whose own module was not imported with it."""

    def call(*args: object, **settings: object) -> object:
        from msgspec import _json_schema

        result: object = getattr(_json_schema, name)(*args, **settings)
        return result

    return call


_INSTEAD: dict[str, dict[str, object] | None] = {
    "typing_extensions": None,  # an import of it fails
    "uuid": {"UUID": type("UUID", (), {}), "SafeUUID": type("SafeUUID", (), {"unknown": None})},
    "decimal": {"Decimal": type("Decimal", (), {})},
    "msgspec._json_schema": {"schema": _real("schema"), "schema_components": _real("schema_components")},
    "msgspec.inspect": {},
    "msgspec.toml": {},
    "msgspec.yaml": {},
}


def _import_msgspec() -> None:
    if "msgspec" in sys.modules:
        return
    hidden = [name for name in _INSTEAD if name not in sys.modules]
    for name in hidden:
        attributes = _INSTEAD[name]
        module = None if attributes is None else ModuleType(name)
        if module is not None and attributes is not None:
            module.__dict__.update(attributes)
        sys.modules[name] = module  # type: ignore[assignment]
    try:
        whole = __import__("msgspec")
        for name in hidden:
            whole.__dict__.pop(name.removeprefix("msgspec."), None)
    except (ImportError, AttributeError):
        for name in [each for each in sys.modules if each.partition(".")[0] == "msgspec"]:
            del sys.modules[name]
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


_import_msgspec()
import msgspec  # noqa: E402


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A frozen, slotted record that is written to JSON and read back unchanged."""
