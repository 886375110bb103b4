"""The page in headless Chromium: complete, quiet, legible at every width, usable by keyboard, printable."""

import io
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from evidence.page.chromium import launch_options
from evidence.page.reading import EVERY_ROW_SHOWN, count_markdown_rows, list_tables
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from qnlnet.evidence.page.content import find_files
from qnlnet.evidence.page.manifest import SECTIONS, Section

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RESULTS = Path(__file__).resolve().parents[3] / "results"
INDEX = RESULTS / "report" / "index.html"
PRESENT = [section for section in SECTIONS if find_files(section, RESULTS)]
PHONE, DESKTOP = (360, 740), (1280, 900)
LOOKS = [(size, scheme) for size in (PHONE, DESKTOP) for scheme in ("light", "dark")]
_WIDTHS = "all => all.map(one => one.getBoundingClientRect().width)"
_SQUARE = 8  # pixels
_IMAGE_TOLERANCE = 0.04  # of full brightness: three lines of a pixel, an eighth of a pixel beside their place
_FILL = (
    "position: fixed; inset: 0; width: 100%; height: 100%; min-width: 0; max-width: none; background: white; z-index: 9"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        yield browser
        browser.close()


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0][0]}px-{look[1]}", scope="module")
def look(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """The page on a phone and on a desktop, light and dark; nothing may be fetched or complained about."""
    (width, height), scheme = request.param
    yield from _open(browser, width, height, scheme)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    yield from _open(browser, *DESKTOP, "light")


@pytest.fixture(scope="module")
def gallery(browser: Browser) -> Iterator[Page]:
    """The page for the drawings, which are taken down once they have been looked at."""
    yield from _open(browser, *DESKTOP, "light")


def _open(browser: Browser, width: int, height: int, scheme: str) -> Iterator[Page]:
    trouble: list[str] = []
    requests: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("requestfailed", lambda request: trouble.append(f"failed: {request.url}"))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(INDEX.as_uri())
    yield page
    page.close()
    assert trouble == []
    assert [url for url in requests if not url.startswith("data:")] == [INDEX.as_uri()]


def test_everything_is_there_and_nothing_else_is_fetched(look: Page) -> None:
    ids = look.eval_on_selector_all("main > section", "all => all.map(one => one.id)")
    assert ids == ["glance", *(section.folder for section in SECTIONS), "provenance"]
    for section in PRESENT:
        assert look.locator(f"#{section.folder} :is(table, figure, .claims)").count(), section.folder
    assert look.eval_on_selector_all("img", "all => all.filter(one => one.naturalWidth === 0).length") == 0
    boxes = look.eval_on_selector_all(
        "figure :is(svg, img)", "all => all.map(one => one.getBoundingClientRect().width)"
    )
    assert boxes
    assert min(boxes) > 200


def test_nothing_is_wider_than_the_screen(look: Page) -> None:
    assert look.evaluate("document.documentElement.scrollWidth") <= look.viewport_size["width"]
    assert look.evaluate("document.body.scrollWidth") <= look.viewport_size["width"]
    outside = look.evaluate(
        """() => [...document.querySelectorAll("main *, nav *, header *, footer *")]
            .filter(one => !one.closest(".scroll, .unseen") && one.getClientRects().length)
            .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert outside == []


def test_text_is_large_enough_to_read(look: Page) -> None:
    sizes = look.eval_on_selector_all(
        "p, li, td, th, dd, dt, figcaption, code", "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 11


def test_no_rule_of_accessibility_is_broken(look: Page) -> None:
    found = Axe().run(look).response
    broken = [(rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in found["violations"]]
    assert broken == []
    checked = {rule["id"] for rule in found["passes"]}
    assert {"color-contrast", "heading-order", "svg-img-alt", "scrollable-region-focusable", "html-has-lang"} <= checked


def test_every_table_is_shown_with_all_rows(page: Page) -> None:
    shown: dict[str, list[int]] = {}
    for table in page.locator("table[data-source]").all():
        assert table.is_visible()
        source = table.get_attribute("data-source") or ""
        shown.setdefault(source, []).append(table.locator("tbody tr").count())
    tables = list_tables(RESULTS)
    for path in tables:
        rows = shown.get(path.relative_to(RESULTS).as_posix(), [])
        assert rows == count_markdown_rows(path)
        if path.stem in EVERY_ROW_SHOWN:
            assert sum(rows) == len(pd.read_csv(path.with_suffix(".csv")))
    claims = RESULTS / "claims" / "claims.csv"
    assert page.locator(".claim").count() == (len(pd.read_csv(claims)) if claims.is_file() else 0)


def test_headings_are_in_order(page: Page) -> None:
    levels = page.eval_on_selector_all("h1, h2, h3, h4, h5, h6", "all => all.map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_landmarks_are_where_a_reader_looks_for_them(page: Page) -> None:
    for role, name in (("banner", None), ("navigation", "Contents"), ("main", None), ("contentinfo", None)):
        assert page.get_by_role(role, name=name).count() == 1
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_keyboard_reaches_everything(look: Page) -> None:
    look.keyboard.press("Tab")
    skip = look.locator(":focus")
    assert skip.inner_text() == "Skip to the results"
    assert skip.bounding_box()["y"] >= 0, "visible once it has the focus"
    assert skip.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    look.keyboard.press("Enter")
    assert look.locator(":focus").get_attribute("id") == "main"
    look.keyboard.press("Tab")
    assert look.locator(":focus").evaluate("one => one.closest('main') !== null")
    boxes = look.locator(".scroll")
    assert look.locator(".scroll[tabindex='0'][role='group'][aria-label]").count() == boxes.count() > 0


def test_the_contents_come_first_and_lead_to_each_section(page: Page) -> None:
    for _ in range(3):  # past the skip link and the paper's link
        page.keyboard.press("Tab")
    assert page.locator(":focus").evaluate("one => one.closest('nav') !== null")
    for section in SECTIONS:
        page.locator(f".contents a[href='#{section.folder}']").click()
        top = page.locator(f"#{section.folder}").bounding_box()["y"]
        assert -1 <= top < DESKTOP[1]


def test_a_wide_table_scrolls_by_keyboard_in_its_own_box(browser: Browser) -> None:
    for page in _open(browser, *PHONE, "light"):
        box = page.locator(".scroll:has(table)").first
        assert box.evaluate("one => one.scrollWidth > one.clientWidth")
        box.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("one => one.scrollLeft > 0", arg=box.element_handle())


def test_contents_stay_in_sight_on_a_wide_screen(page: Page) -> None:
    page.locator("#provenance").scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    assert 0 <= page.locator(".contents").bounding_box()["y"] < 50


def test_dark_and_light_pages_differ(browser: Browser) -> None:
    colours = []
    for scheme in ("light", "dark"):
        for page in _open(browser, *DESKTOP, scheme):
            colours.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colours[0] != colours[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_prints(browser: Browser, scheme: str) -> None:
    for page in _open(browser, *DESKTOP, scheme):
        pdf = page.pdf(prefer_css_page_size=True)
        assert pdf.startswith(b"%PDF-")
        assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type/Page/") > 5
        page.emulate_media(media="print")
        assert not page.locator(".contents").is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.eval_on_selector_all(
            ".scroll", "all => all.every(one => getComputedStyle(one).overflow == 'visible')"
        )
        after = page.locator(".standfirst a").evaluate("one => getComputedStyle(one, '::after').content")
        assert "https://arxiv.org/" in after


@pytest.mark.parametrize("section", PRESENT, ids=lambda section: section.folder)
def test_drawings_look_like_their_files(section: Section, gallery: Page, browser: Browser) -> None:
    for drawing in gallery.locator(f"#{section.folder} figure svg").all():
        name = drawing.evaluate("one => one.closest('figure').id").removeprefix(f"figure-{section.folder}-")
        (path,) = (path for path in find_files(section, RESULTS) if path.name == f"{name}.svg")
        drawing.evaluate("(one, style) => { one.style.cssText = style }", _FILL)
        ours = _shoot(gallery)
        drawing.evaluate("one => { one.style.display = 'none' }")
        theirs = _shoot_file(browser, path)
        assert np.abs(_blur(ours) - _blur(theirs)).max() < _IMAGE_TOLERANCE, name


def _shoot_file(browser: Browser, path: Path) -> Image.Image:
    page = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    page.goto(path.as_uri())
    page.evaluate("style => { document.documentElement.style.cssText = style }", _FILL)
    image = _shoot(page)
    page.close()
    return image


def _shoot(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def _blur(image: Image.Image) -> np.ndarray:
    """Returns the means of squares of pixels, from 0 to 1: lines that fall a little beside each other stay the same."""
    return np.asarray(image.reduce(_SQUARE), float) / 255
