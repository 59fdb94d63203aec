"""spaCy's entry points, with versioned names. Nothing here imports torch before it is needed."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from spacy.language import Language
from spacy.training import Example

if TYPE_CHECKING:
    from fazhi.docs import CharTokenizer, WordTokenizer
    from fazhi.pipes.linker import LinkerPipe
    from fazhi.pipes.sections import SectionsPipe
    from fazhi.pipes.tagger import TaggerPipe


def char_tokenizer() -> "Callable[[Language], CharTokenizer]":
    """`fazhi.CharTokenizer.v1`: one token per character."""

    def create(nlp: Language) -> "CharTokenizer":
        from fazhi.docs import CharTokenizer

        return CharTokenizer(nlp.vocab)

    return create


def word_tokenizer() -> "Callable[[Language], WordTokenizer]":
    """`fazhi.WordTokenizer.v1`: tokens are the words of a pkuseg model."""

    def create(nlp: Language) -> "WordTokenizer":
        from fazhi.docs import WordTokenizer

        return WordTokenizer(nlp.vocab)

    return create


def reports(
    source: str, include: Sequence[str] = (), exclude: Sequence[str] = (), split: str = "train"
) -> Callable[[Language], Iterator[Example]]:
    """`fazhi.Reports.v1`: whole labelled reports."""
    from fazhi.corpus import read_reports

    return read_reports(source, include=include, exclude=exclude, split=split)


def passages(
    source: str,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    split: str = "train",
    window: int = 256,
    drop_headings: float = 0.2,
    seed: int = 0,
) -> Callable[[Language], Iterator[Example]]:
    """`fazhi.Passages.v1`: windows of labelled reports, cut anew at each reading."""
    from fazhi.corpus import read_passages

    return read_passages(
        source,
        include=include,
        exclude=exclude,
        split=split,
        window=window,
        drop_headings=drop_headings,
        seed=seed,
    )


@Language.factory("fazhi_sections")
def sections(nlp: Language, name: str) -> "SectionsPipe":
    """The heading tree and the metadata."""
    from fazhi.pipes.sections import SectionsPipe

    return SectionsPipe()


@Language.factory(
    "fazhi_tagger",
    default_config={
        "window": 256,
        "stride": 192,
        "use_headings": True,
        "batch_size": 8,
        "head_factor": 5.0,
        "mask_rate": 0.1,
        "cues": ["words", "roles"],
    },
    default_score_weights={"fazhi_micro_f": 1.0, "fazhi_micro_p": 0.0, "fazhi_micro_r": 0.0},
)
def tagger(
    nlp: Language,
    name: str,
    window: int,
    stride: int,
    use_headings: bool,
    batch_size: int,
    head_factor: float,
    mask_rate: float,
    cues: list[str],
) -> "TaggerPipe":
    """The trainable span tagger."""
    from fazhi.pipes.tagger import TaggerPipe

    return TaggerPipe(
        nlp.vocab,
        name,
        window=window,
        stride=stride,
        use_headings=use_headings,
        batch_size=batch_size,
        head_factor=head_factor,
        mask_rate=mask_rate,
        cues=cues,
    )


@Language.factory("fazhi_linker")
def linker(nlp: Language, name: str) -> "LinkerPipe":
    """Quantity → metric links and the indicators that they make."""
    from fazhi.pipes.linker import LinkerPipe

    return LinkerPipe()
