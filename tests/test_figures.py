import pytest

from fazhi.errors import FazhiError
from fazhi.figures import PAGES, render
from tests.conftest import ROOT


@pytest.mark.parametrize("page", PAGES)
def test_figures_on_the_pages_are_those_of_the_committed_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert render(text, ROOT) == text


def test_unknown_table_is_named() -> None:
    with pytest.raises(FazhiError, match="no table is called 'sales'"):
        render("<!-- figures: sales -->\n<!-- /figures -->", ROOT)
