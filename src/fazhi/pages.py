"""HTML pages to the text that they show, with the place in the page of each character.

No extractor of main text tells where in the page it stood. This parser does: offsets lead back into the HTML source.
"""

import html
import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import reduce
from html.parser import HTMLParser

from fazhi.clauses import BULLET
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
LINK = "a"
UNSEEN = frozenset(
    {"script", "style", "noscript", "template", "title", "textarea", "select", "button", "svg", "iframe"}
)
SPACE = re.compile(r"\s+")
LINE = re.compile(r"[^\n]*\S[^\n]*")
# White space as HTML knows it: the ideographic blank and the no-break blank are characters.
PIECE = re.compile(r"[ \t\r\n\f]+|[^ \t\r\n\f]+")
SIGNS = re.compile(r"[\W_]+")
# White space as HTML knows it: the ideographic blank and the no-break blank are characters.
PIECE = re.compile(r"[ \t\r\n\f]+|[^ \t\r\n\f]+")
SIGNS = re.compile(r"[\W_]+")
# What a page puts its parts into. A paragraph is not one of them: authors often leave its end tag away.
BOXES = frozenset(
    {"article", "aside", "body", "center", "div", "footer", "form", "header", "main", "nav", "section", "td"}
)
# The report is looked for in the smallest box with this share of what a page says outside of links.
LEAST_SHARE = 0.5
# A cell up to this length stands on one line with its neighbours, as in an index table; a longer one is a paragraph.
LONGEST_CELL = 60
# Blocks of fewer letters and digits could stand anywhere: they are looked for only right behind the last one found.
FEWEST_TELLING = 8

SHORTEST_PARAGRAPH = 40
SENTENCE_END = re.compile(r"[。！!；;]\s*[”’」』）)]?$")
ITEM = re.compile(rf"{PARAGRAPH_START.pattern}|{BULLET}")
# A line in front of the first paragraph that names the subject, and is no sentence.
TITLE = re.compile(r"^[^。；;！!]{0,40}(?:法治|依法行政)[^。；;！!]{1,40}[^。；;！!：:]$")
# What a page's title names besides the report.
SITE = re.compile("(?:政府|网|网站|平台|厅|局|委|委员会|办公室)$")
# A title of two lines: the subject is named in the second.
SUBTITLE = re.compile("[—–-]{1,2}")
# Between levels of a navigation path, in which a title may stand too.
PATH_SIGN = re.compile(r"[>＞»|]|当前位置|首页")
# More lines than this between title and main box are none of the report: a sidebar, a list of news. Of fewer, those
# that are links are none: the captions of tabs, a download.
FARTHEST_TITLE = 6
# Lines looked at behind the last sentence, and what a signature looks like: a date, or the name of a body.
LONGEST_SIGNATURE = 4
SIGNATURE = re.compile(
    rf"{DATE.pattern}|(?:19|20|二[〇○零]).{{2,12}}日|[\u4e00-\u9fff]{{2,30}}(?:政府|委员会|委|局|厅|办公室|办|部|院|中心|队)"
)


@dataclass(eq=False, slots=True)
class _Box:
    """An element that holds a part of the page: its first class or else style, the box around it, its characters."""

    tag: str
    kind: str
    around: "_Box | None"
    start: int
    end: int = 0


class _Reader(HTMLParser):
    """Collects the characters that a page shows, each with its place; a block element starts a new line."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self._source = source
        self._lines = [0, *(m.end() for m in re.finditer("\n", source))]
        self._unseen: list[str] = []
        self._open: list[_Box] = []
        self._line = 0
        self.characters: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.linked: list[bool] = []
        self.boxes: list[_Box] = []
        self.title = ""
        self.feed(source)
        self.close()
        self._end(0)

    @property
    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _add(self, text: str, start: int, end: int | None = None) -> None:
        """Characters of the page; `end` where all of them stand for one piece of the source."""
        if self._unseen:
            return
        linked = self._depth(LINK) is not None
        for i, char in enumerate(text):
            self.linked.append(linked)
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

    def _begin(self, tag: str, attrs: dict[str, str | None]) -> None:
        """A box or a link begins."""
        if tag == LINK and (depth := self._depth(tag)) is not None:  # a link cannot stand in another
            self._end(depth)
        around = next((box for box in reversed(self._open) if box.tag != LINK), None)
        kind = (attrs.get("class") or "").split()[:1] or [attrs.get("style") or ""]
        self._open.append(_Box(tag, kind[0], around, len(self.characters)))

    def _end(self, depth: int) -> None:
        """All boxes and links end that are open at this depth or deeper."""
        for box in self._open[depth:]:
            box.end = len(self.characters)
        self.boxes += (box for box in self._open[depth:] if box.tag != LINK)
        del self._open[depth:]

    def _depth(self, tag: str) -> int | None:
        """Where the innermost open element of a kind stands among those open."""
        return next((i for i in reversed(range(len(self._open))) if self._open[i].tag == tag), None)

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
        if tag == LINK or tag in BOXES:
            self._begin(tag, dict(attrs))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<br/>`; an unseen element that closes itself hides nothing."""
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        """A block ends, or what is not shown."""
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        if (depth := self._depth(tag)) is not None:
            self._end(depth)
        self._break(tag)

    def handle_data(self, data: str) -> None:
        """Text as it stands; a run of white space, line breaks among it, shows as one blank."""
        if self._unseen == ["title"]:
            self.title += data
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
    return _mapped(_Reader(source), source)


def _mapped(reader: _Reader, source: str) -> MappedText:
    return MappedText("".join(reader.characters), source, tuple(reader.starts), tuple(reader.ends))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that a page shows: its place, its text without blanks, and how many characters of it are in no link."""

    span: CharSpan
    text: str
    unlinked: int


def main_text(source: str) -> MappedText:
    """The report that a page shows, from its title to its signature.

    It stands in the smallest box with most of what the page says outside of links; on a page without such a box, an
    extractor (trafilatura) says where the main text begins and ends. Nothing in between is left out, because a report
    has no holes. The title line is looked for in front, also outside of the box; behind the last sentence or item only
    signature and date are kept.

    Returns:
        The text with its places in the HTML source; empty if the page has no main text.
    """
    reader = _Reader(source)
    page = _mapped(reader, source)
    lines = _lines(page.text, reader.linked)
    box = _main_box(lines, reader.boxes)
    chosen = list(box) if len(box) < len(lines) else _extracted(lines, source)
    if not chosen:
        return slice_of(page, 0, 0)
    title = _title_before(lines, chosen, SIGNS.sub("", reader.title))
    last = _signature_after(lines, title.start, chosen[-1])
    near = box.start - title.stop <= FARTHEST_TITLE
    kept = {i for i in range(title.start, last + 1) if i in title or i >= box.start or (near and lines[i].unlinked)}
    ends = sorted(i for i in kept if i + 1 not in kept)
    starts = sorted(i for i in kept if i - 1 not in kept)
    pieces = [
        slice_of(page, lines[a].span.start, lines[b].span.end if b == last else lines[b + 1].span.start)
        for a, b in zip(starts, ends, strict=True)
    ]
    return reduce(_joined, pieces)


def _lines(text: str, linked: list[bool]) -> list[_Line]:
    """The lines of a page that say something."""
    lines = []
    for found in LINE.finditer(text):
        span = CharSpan(*found.span())
        unlinked = sum(not linked[i] and not text[i].isspace() for i in range(span.start, span.end))
        lines.append(_Line(span, SPACE.sub("", found.group()), unlinked))
    return lines


def _main_box(lines: list[_Line], boxes: list[_Box]) -> range:
    """The lines in the smallest box that holds most of the page; all lines if there is none.

    A box that has others of its kind beside it, as one of several tabs or one of many paragraphs, is a part only.
    """
    starts = [line.span.start for line in lines]
    inside = {box: range(bisect_left(starts, box.start), bisect_left(starts, box.end)) for box in boxes}
    least = LEAST_SHARE * sum(line.unlinked for line in lines)
    large = [box for box, within in inside.items() if sum(lines[i].unlinked for i in within) >= least]
    if not large:
        return range(len(lines))
    main = min(large, key=lambda box: len(inside[box]))
    kinds = Counter((box.around, box.tag, box.kind) for box, within in inside.items() if within and box.kind)
    while main.around and kinds[main.around, main.tag, main.kind] > 1:
        main = main.around
    return inside[main]


def _extracted(lines: list[_Line], source: str) -> list[int]:
    """The lines that the extractor finds."""
    import trafilatura  # here, because it takes a while and plain text does not need it

    extracted = trafilatura.extract(source, include_comments=False, include_tables=True, favor_recall=True) or ""
    return [i for i, found in enumerate(_found([line.text for line in lines], extracted)) if found]


def _title_before(lines: list[_Line], chosen: list[int], title: str) -> range:
    """The lines of the title: the one that the page's own title names, or the last that reads like one.

    It stands in front of the first paragraph. Without one, no line is given, but where the first paragraph begins;
    numbered headings right in front of it belong to it.
    """
    paragraph = next((i for i in chosen if len(lines[i].text) >= SHORTEST_PARAGRAPH), chosen[0])
    named = [i for i in range(paragraph + 1) if _is_named(lines[i].text, title)]
    longest = max((len(lines[i].text) for i in named), default=0)
    titles = [i for i in named if len(lines[i].text) == longest]
    titles = titles or [i for i in range(paragraph) if _is_title(lines[i].text)]
    if titles:
        first = titles[-1] - 1 if titles[-1] and SUBTITLE.match(lines[titles[-1]].text) else titles[-1]
        return range(first, titles[-1] + 1)
    while paragraph and ITEM.match(lines[paragraph - 1].text):
        paragraph -= 1
    return range(paragraph, paragraph)


def _is_named(text: str, title: str) -> bool:
    """Whether a line is what the page's title (without signs) names, and not merely the site."""
    letters = SIGNS.sub("", text)
    return len(letters) >= FEWEST_TELLING and letters in title and not SITE.search(text)


def _is_title(text: str) -> bool:
    return bool(TITLE.search(text)) and not PATH_SIGN.search(text) and not PARAGRAPH_START.match(text)


def _signature_after(lines: list[_Line], first: int, last: int) -> int:
    """The last line of the report: that of its last sentence or item, or of the signature and date behind it."""
    ends = [i for i in range(first, last + 1) if _is_end(lines[i])]
    if not ends:
        return last
    end = ends[-1]
    following = range(end + 1, min(len(lines), end + 1 + LONGEST_SIGNATURE))
    return next((i for i in reversed(following) if SIGNATURE.fullmatch(lines[i].text)), end)


def _is_end(line: _Line) -> bool:
    """Whether a report may end with this line: a sentence or an item of a list, and no link."""
    return 2 * line.unlinked >= len(line.text) and bool(SENTENCE_END.search(line.text) or ITEM.match(line.text))


def slice_of(mapped: MappedText, start: int, end: int) -> MappedText:
    """The characters `start` to `end` of a mapped text, with their places."""
    return MappedText(mapped.text[start:end], mapped.source, mapped.starts[start:end], mapped.ends[start:end])


def _joined(first: MappedText, second: MappedText) -> MappedText:
    """Two pieces of one source, one behind the other."""
    return MappedText(first.text + second.text, first.source, first.starts + second.starts, first.ends + second.ends)


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
