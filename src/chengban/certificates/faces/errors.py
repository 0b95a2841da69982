"""What can go wrong with a face, each with a sentence."""


class FacesError(Exception):
    """Base of the faces' errors; the message is shown as it is."""


class BadFace(FacesError):
    """The face's own data cannot be printed."""


class FontMissing(FacesError):
    """No Chinese font is to be had on this machine."""


class GlyphMissing(FacesError):
    """The fonts at hand lack a character of the face."""


class PictureBroken(FacesError):
    """The photo is not a whole PNG or JPEG of a sensible size."""


class SigningFailed(FacesError):
    """The key, its certificate or the signing device did not give a signature."""


class Unreadable(FacesError):
    """The bytes are no OFD that can be read safely."""
