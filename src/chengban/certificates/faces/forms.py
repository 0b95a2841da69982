"""The measures of the three layouts, in millimetres."""

from dataclasses import dataclass

from .face import Face
from .fonts import Fonts
from .ornament import Ink
from .photos import check_photo

POINT = 25.4 / 72
"""Millimetres of a point."""


@dataclass(frozen=True, slots=True)
class Form:
    """One layout. Sizes are tried from the first to the last; `small` and `fine` are in points.

    Lines keep to baselines from `first` (on later pages `again`) to `last`, which leaves room for the foot; on a page that goes on,
    to `bottom`.
    """

    width: float
    height: float
    edge: float
    band: float
    margin: float
    titles: tuple[float, ...]
    title_y: float
    first: float
    again: float
    last: float
    bottom: float
    sizes: tuple[float, ...]
    columns: int
    gutter: float
    small: float
    fine: float
    photo: tuple[float, float]
    seal: float
    qr: float
    qr_place: tuple[float, float]


def _points(*sizes: float) -> tuple[float, ...]:
    return tuple(size * POINT for size in sizes)


FORMS = {
    "landscape": Form(
        width=297,
        height=210,
        edge=9,
        band=10,
        margin=34,
        titles=_points(40, 37, 34, 31, 28, 25, 22, 20),
        title_y=48,
        first=78,
        again=44,
        last=150,
        bottom=180,
        sizes=_points(13.5, 12.5, 11.5, 10.5, 9.5, 8.6),
        columns=2,
        gutter=10,
        small=9.5,
        fine=7,
        photo=(42, 36),
        seal=25,
        qr=26,
        qr_place=(237, 30),
    ),
    "portrait": Form(
        width=210,
        height=297,
        edge=9,
        band=10,
        margin=32,
        titles=_points(38, 35, 32, 29, 26, 23, 21),
        title_y=60,
        first=103,
        again=46,
        last=222,
        bottom=266,
        sizes=_points(15, 14, 13, 12, 11, 10, 9.3, 8.6),
        columns=1,
        gutter=8,
        small=9.5,
        fine=7,
        photo=(42, 37),
        seal=25,
        qr=26,
        qr_place=(32, 234),
    ),
    "card": Form(
        width=85.6,
        height=54,
        edge=1.5,
        band=2.2,
        margin=6.2,
        titles=_points(12, 11, 10, 9, 8, 7),
        title_y=10.2,
        first=17.4,
        again=14.2,
        last=37.6,
        bottom=45.5,
        sizes=_points(7.2, 6.8, 6.4, 6, 5.6, 5.2),
        columns=2,
        gutter=2.4,
        small=5.4,
        fine=3.9,
        photo=(15.2, 19.6),
        seal=8.6,
        qr=15.2,
        qr_place=(64.2, 30.4),
    ),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One face being set: its form, colours and fonts."""

    face: Face
    form: Form
    ink: Ink
    fonts: Fonts

    @property
    def left(self) -> float:
        return self.form.margin

    @property
    def right(self) -> float:
        return self.form.width - self.form.margin

    @property
    def measure(self) -> float:
        return self.right - self.left

    @property
    def card(self) -> bool:
        return self.face.layout == "card"

    @property
    def photo(self) -> tuple[float, float]:
        """The photo's width and height: the whole photo, as large as its box allows."""
        if self.face.photo is None:
            return 0.0, 0.0
        photo, (width, height) = check_photo(self.face.photo), self.form.photo
        scale = min(width / photo.width, height / photo.height)
        return photo.width * scale, photo.height * scale

    @property
    def lines_right(self) -> float:
        """Where the lines end: beside the photo, and on a card beside the code."""
        photo = self.photo[0]
        code = self.form.qr if self.card and self.face.qr else 0.0
        taken = max(photo, code)
        return self.right - (taken + self.form.margin * 0.2 if taken else 0.0)
