"""HTML pages to the text that they show, with the place in the page of each character.

A well-kept extractor says *which* paragraphs are the report; this module knows *where* they stand, which no extractor
tells. Offsets therefore lead back into the HTML source.
"""

import html
import re
from html.parser import HTMLParser

from fazhi.metadata import DATE
from fazhi.text import PARAGRAPH_START, MappedText
from fazhi.types import CharSpan

BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog",
        "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "head", "header", "hr", "html", "legend", "li", "main", "nav", "ol", "optgroup", "option", "p", "pre",
        "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
    }
)  # fmt: skip
CELLS = frozenset({"td", "th"})
UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "title", "textarea", "select", "button", "svg", "iframe"}
)
SPACE = re.compile(r"\s+")
# White space as HTML knows it: the ideographic blank and the no-break blank are characters.
PIECE = re.compile(r"[ \t\r\n\f]+|[^ \t\r\n\f]+")
SIGNS = re.compile(r"[\W_]+")
# A cell up to this length stands on one line with its neighbours, as in an index table; a longer one is a paragraph.
LONGEST_CELL = 60
# Blocks of fewer letters and digits could stand anywhere: they are looked for only right behind the last one found.
FEWEST_TELLING = 8

SHORTEST_PARAGRAPH = 40
SENTENCE_END = re.compile(r"[。！!；;]\s*[”’」』）)]?$")
# A line in front of the first paragraph that names the subject, and is no sentence.
TITLE = re.compile(r"^[^。；;！!]{0,40}(?:法治|依法行政)[^。；;！!]{1,40}[^。；;！!：:]$")
# A title of two lines: the subject is named in the second.
SUBTITLE = re.compile("[—–-]{1,2}")
# Between levels of a navigation path, in which a title may stand too.
PATH_SIGN = re.compile(r"[>＞»|]|当前位置|首页")
# Lines looked at behind the last sentence, and what a signature looks like: a date, or the name of a body.
LONGEST_SIGNATURE = 4
SIGNATURE = re.compile(
    rf"{DATE.pattern}|(?:19|20|二[〇○零]).{{2,12}}日|[\u4e00-\u9fff]{{2,30}}(?:政府|委员会|委|局|厅|办公室|办|部|院|中心|队)"
)


class _Reader(HTMLParser):
    """Collects the characters that a page shows, each with its place; a block element starts a new line."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self._source = source
        self._lines = [0, *(m.end() for m in re.finditer("\n", source))]
        self._unseen: list[str] = []
        self._line = 0
        self.characters: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.feed(source)
        self.close()

    @property
    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _add(self, text: str, start: int, end: int | None = None) -> None:
        """Characters of the page; `end` where all of them stand for one piece of the source."""
        if self._unseen:
            return
        for i, char in enumerate(text):
            self.characters.append(char)
            self.starts.append(start if end is not None else start + i)
            self.ends.append(end if end is not None else start + i + 1)

    def _break(self, tag: str) -> None:
        if tag in BLOCKS and self.characters and self.characters[-1] != "\n":
            self._add("\n", self._at)
            self._line = len(self.characters)

    def _next_cell(self) -> None:
        length = len(self.characters) - self._line
        if length:
            self._add("|" if length <= LONGEST_CELL else "\n", self._at)

    def parse_html_declaration(self, i: int) -> int:
        """`<![if …]>` and its like are comments, as in a browser; the base class refuses some of them."""
        if self.rawdata.startswith("<![", i):
            return self.parse_bogus_comment(i)
        return super().parse_html_declaration(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block or a cell begins, or something that is not shown."""
        self._break(tag)
        if tag in CELLS:
            self._next_cell()
        if tag in UNSEEN:
            self._unseen.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<br/>`; an unseen element that closes itself hides nothing."""
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        """A block ends, or what is not shown."""
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        self._break(tag)

    def handle_data(self, data: str) -> None:
        """Text as it stands; a run of white space, line breaks among it, shows as one blank."""
        at = self._at
        for piece in PIECE.finditer(data):
            start, end = at + piece.start(), at + piece.end()
            if not piece.group().isspace():
                self._add(piece.group(), start)
            elif self.characters and self.characters[-1] not in " \n":
                self._add(" ", start, end)

    def handle_charref(self, name: str) -> None:
        """`&#12288;`."""
        self._reference(f"&#{name};", len(name) + 2)

    def handle_entityref(self, name: str) -> None:
        """`&nbsp;`."""
        self._reference(f"&{name};", len(name) + 1)

    def _reference(self, reference: str, length: int) -> None:
        text = html.unescape(reference)
        if text == reference:  # an ampersand that begins no entity stands for itself
            self._add(reference.removesuffix(";"), self._at)
        else:
            end = self._at + length
            self._add(SPACE.sub(" ", text), self._at, end + self._source.startswith(";", end))


def shown_text(source: str) -> MappedText:
    """All that a page shows, a block of it on each line, with its places in the HTML source."""
    reader = _Reader(source)
    return MappedText("".join(reader.characters), source, tuple(reader.starts), tuple(reader.ends))


def main_text(source: str) -> MappedText:
    """The report that a page shows, from its title to its signature.

    The extractor (trafilatura) says where the main text begins and ends. What it leaves out in between (a paragraph
    that looks like a list of links) is kept, because a report has no holes. The title line is looked for in front,
    where extractors pass over it; behind the last full sentence only signature and date are kept.

    Returns:
        The text with its places in the HTML source; empty if the page has no main text.
    """
    import trafilatura  # here, because it takes a while and plain text does not need it

    page = shown_text(source)
    extracted = trafilatura.extract(source, include_comments=False, include_tables=True, favor_recall=True) or ""
    lines = [CharSpan(*match.span()) for match in re.finditer(r"[^\n]*\S[^\n]*", page.text)]
    texts = [SPACE.sub("", line.of(page.text)) for line in lines]
    chosen = [i for i, found in enumerate(_found(texts, extracted)) if found]
    if not chosen:
        return slice_of(page, 0, 0)
    first = _title_before(texts, chosen)
    last = _signature_after(texts, first, chosen[-1])
    return slice_of(page, lines[first].start, lines[last].end)


def _title_before(texts: list[str], chosen: list[int]) -> int:
    """The line of the title, the last one in front of the first paragraph; without one, the first paragraph itself.

    Numbered headings right in front of the first paragraph belong to it.
    """
    paragraph = next((i for i in chosen if len(texts[i]) >= SHORTEST_PARAGRAPH), chosen[0])
    titles = [i for i in range(paragraph) if TITLE.search(texts[i]) and not PATH_SIGN.search(texts[i])]
    if titles:
        title = titles[-1]
        return title - 1 if title and SUBTITLE.match(texts[title]) else title
    while paragraph and PARAGRAPH_START.match(texts[paragraph - 1]):
        paragraph -= 1
    return paragraph


def _signature_after(texts: list[str], first: int, last: int) -> int:
    """The last line of the report: that of its last sentence or of the signature and date behind it."""
    ends = [i for i in range(first, last + 1) if SENTENCE_END.search(texts[i])]
    if not ends:
        return last
    end = ends[-1]
    following = range(end + 1, min(len(texts), end + 1 + LONGEST_SIGNATURE))
    return next((i for i in reversed(following) if SIGNATURE.fullmatch(texts[i])), end)


def slice_of(mapped: MappedText, start: int, end: int) -> MappedText:
    """The characters `start` to `end` of a mapped text, with their places."""
    return MappedText(mapped.text[start:end], mapped.source, mapped.starts[start:end], mapped.ends[start:end])


def _found(blocks: list[str], extracted: str) -> list[bool]:
    """Which blocks are in an extracted text, read in order; white space and signs, which extractors move, apart."""
    whole = SIGNS.sub("", extracted)
    found = []
    at = 0
    for block in blocks:
        letters = SIGNS.sub("", block)
        place = whole.find(letters, at) if len(letters) >= FEWEST_TELLING else -1
        if letters and whole.startswith(letters, at):
            place = at
        found.append(place >= 0)
        if place >= 0:
            at = place + len(letters)
    return found
