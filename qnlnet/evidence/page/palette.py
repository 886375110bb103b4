"""The page's colours, light and dark, and which of them stand on which."""

LIGHT = {
    "paper": "#fcfbf8",
    "raised": "#f4f1ea",
    "ink": "#211f1b",
    "soft": "#5b564d",
    "rule": "#dcd6ca",
    "edge": "#857e71",
    "link": "#1d4f80",
    "good": "#17613a",
    "good-back": "#e3f1e7",
    "bad": "#952a1b",
    "bad-back": "#fae7e2",
    "open": "#6a4d05",
    "open-back": "#f7eed2",
    "plate": "#ffffff",
}
DARK = {
    "paper": "#15171a",
    "raised": "#1e2125",
    "ink": "#e8e5de",
    "soft": "#aba69c",
    "rule": "#363a40",
    "edge": "#7d828a",
    "link": "#93bfea",
    "good": "#8fd6a8",
    "good-back": "#193324",
    "bad": "#f4a796",
    "bad-back": "#41211a",
    "open": "#e6c877",
    "open-back": "#38300f",
    "plate": "#ffffff",
}
TEXT_RATIO, SHAPE_RATIO = 4.5, 3.0  # WCAG 2.2, level AA: 1.4.3 for text, 1.4.11 for shapes
TEXT_PAIRS = (
    *((text, back) for text in ("ink", "soft", "link") for back in ("paper", "raised")),
    *((tone, f"{tone}-back") for tone in ("good", "bad", "open")),
)
SHAPE_PAIRS = (*(("edge", back) for back in ("paper", "raised")), ("link", "paper"), ("link", "raised"))


def custom_properties(colours: dict[str, str]) -> str:
    """Returns the colours as declarations of CSS custom properties."""
    return " ".join(f"--{name}: {value};" for name, value in colours.items())
