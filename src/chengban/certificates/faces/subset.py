"""A small TrueType font of the characters that a document uses, so that every reader shows the same (嵌入子集)."""

from io import BytesIO

from fontTools.fontBuilder import FontBuilder
from fontTools.misc.timeTools import timestampSinceEpoch
from fontTools.pens.ttGlyphPen import TTGlyphPen

from .fonts import EM, Font

EPOCH = timestampSinceEpoch(0)
LICENCE = "Subset of a font under the SIL Open Font License 1.1, https://openfontlicense.org"


def subset(font: Font, characters: str) -> bytes:
    """The font file. The same characters, in any order, give the same bytes."""
    signs = sorted(set(characters))
    names = {sign: f"u{ord(sign):05X}" for sign in signs}
    builder = FontBuilder(EM, isTTF=True)
    builder.updateHead(created=EPOCH, modified=EPOCH)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(sign): name for sign, name in names.items()})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph()} | {name: font.outline(sign) for sign, name in names.items()})
    widths = {name: round(font.advance(sign) * EM) for sign, name in names.items()}
    glyphs = builder.font["glyf"]
    builder.setupHorizontalMetrics(
        {".notdef": (EM, 0)}
        | {name: (width, glyphs[name].xMin if glyphs[name].numberOfContours else 0) for name, width in widths.items()}
    )
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    weight = "Bold" if font.bold else "Regular"
    labels = {"familyName": font.family, "styleName": weight, "uniqueFontIdentifier": f"{font.family} {weight} subset"}
    postscript = f"{font.family.replace(' ', '')}-{weight}"
    builder.setupNameTable({**labels, "fullName": f"{font.family} {weight}", "psName": postscript, "licenseDescription": LICENCE})
    builder.setupOS2(
        sTypoAscender=880, sTypoDescender=-120, usWinAscent=1151, usWinDescent=286, usWeightClass=700 if font.bold else 400
    )
    builder.setupPost(keepGlyphNames=False)
    made = BytesIO()
    builder.save(made)
    return made.getvalue()
