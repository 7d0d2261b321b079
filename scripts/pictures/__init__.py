"""Pictures of the app: which there are, how each comes about, and the small SVG that they are written in."""
