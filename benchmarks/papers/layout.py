"""What a layout is, and the register of those that exist."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.papers.face import Face
from benchmarks.papers.paper import Scenario
from benchmarks.papers.sheet import Sheet

Draw = Callable[[Sheet, Face], None]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One way of printing papers; its words and notation are always the same."""

    name: str
    #: train or test
    half: str
    #: more than one: bilingual labels
    languages: tuple[str, ...]
    trade: str
    scenario: Scenario
    draw: Draw
    #: how it gets into a PDF, one of these a document (see producers)
    habits: tuple[str, ...] = ("plain", "words")
    family: str = "sans"
    size: float = 9.0
    #: points
    paper: tuple[float, float] = (595.28, 841.89)
    #: fixed parts of the notation, by name; the others are the layout's own choice
    notation: tuple[tuple[str, str], ...] = ()
    is_receipt: bool = False
    #: common, rare or held out; "" as the half has them
    words: str = ""

    @property
    def kind_of_words(self) -> str:
        """Which list its words are taken of."""
        return self.words or {"train": "common", "test": "held out"}[self.half]


LAYOUTS: dict[str, Layout] = {}


def register(layout: Layout) -> Layout:
    """Add a layout. Raises ValueError for a name that is taken."""
    if layout.name in LAYOUTS:
        raise ValueError(f"layout {layout.name} exists twice")
    LAYOUTS[layout.name] = layout
    return layout


def layout(
    name: str, half: str, languages: str, *, trade: str, scenario: Scenario, **options: object
) -> Callable[[Draw], Draw]:
    """Register the function below as what draws a layout; `languages` as "nl" or "nl/fr"."""

    def add(draw: Draw) -> Draw:
        register(
            Layout(
                name=name, half=half, languages=tuple(languages.split("/")), trade=trade,
                scenario=scenario, draw=draw, **options,  # type: ignore[arg-type]
            )
        )  # fmt: skip
        return draw

    return add
