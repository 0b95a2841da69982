"""The city's declarations (城市配置包) and their loader."""

from chengban.packs.loader import Pack, current, load
from chengban.packs.source import Finding, PackMistake, Place

__all__ = ["Finding", "Pack", "PackMistake", "Place", "current", "load"]
