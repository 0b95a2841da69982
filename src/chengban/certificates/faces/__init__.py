"""The faces of a certificate (版式文件): one content, printed as PDF (PAdES) and as OFD (GB/T 33190). No database, no Django."""

from .face import Face

__all__ = ["Face"]
