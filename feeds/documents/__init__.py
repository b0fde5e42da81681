"""Pure rendering: a channel and its entries to bytes."""

from feeds.documents.rendering import RENDERER_VERSION, render

__all__ = ["RENDERER_VERSION", "render"]
