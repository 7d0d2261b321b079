"""The rows around a tab: state, tabs, next, keys; and the base of everything that is drawn in rows."""
