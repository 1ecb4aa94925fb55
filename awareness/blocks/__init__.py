from awareness.blocks.body import Body

__all__ = ["Body"]
