"""The faces of a certificate (版式文件): one content, printed as PDF (PAdES) and as OFD (GB/T 33190). No database, no Django."""

from .errors import BadFace, FacesError, FontMissing, GlyphMissing, PictureBroken, SigningFailed, Unreadable
from .face import Face
from .ofd import OfdSigner, ofd, signed_ofd
from .ofd_reader import Ofd, read_ofd, verify_ofd
from .pades import SigningIdentity, sign_pdf, verify_pdf
from .pdf import pdf
from .pdf_reader import read_pdf
from .printed import Printed
from .verdict import Verdict

__all__ = [
    "BadFace", "Face", "FacesError", "FontMissing", "GlyphMissing", "Ofd", "OfdSigner", "PictureBroken", "Printed",
    "SigningFailed",
    "SigningIdentity", "Unreadable", "Verdict", "ofd", "pdf", "read_ofd", "read_pdf",
    "sign_pdf", "signed_ofd", "verify_ofd", "verify_pdf",
]  # fmt: skip
