# Written by `make docs` from frontends/kit/colours.py.
"""A fund's colour as its pages may use it: with enough contrast on light and on dark ground (WCAG 2.2, 1.4.3)."""

import colorsys

CONTRAST_MIN = 4.5
LIGHT_GROUND = "#ffffff"
DARK_GROUND = "#1c2227"
STEP = 0.02
FALLBACK = "#0b4f8a"


def readable(colour: str, *, ground: str) -> str:
    """The colour, darkened or lightened as far as it needs to be read on a ground."""
    wanted = colour if _is_colour(colour) else FALLBACK
    hue, light, saturation = colorsys.rgb_to_hls(*_channels(wanted))
    towards = STEP if luminance(ground) < 0.5 else -STEP
    while contrast(wanted, ground) < CONTRAST_MIN and 0 < light + towards < 1:
        light += towards
        wanted = _text(colorsys.hls_to_rgb(hue, light, saturation))
    return wanted


def contrast(one: str, other: str) -> float:
    """Between 1 and 21, as WCAG defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def sheet(colour: str) -> str:
    """The style sheet of a fund: its colour as accent, in both themes."""
    light, dark = readable(colour, ground=LIGHT_GROUND), readable(colour, ground=DARK_GROUND)
    on_light = "#ffffff" if contrast(light, "#ffffff") >= CONTRAST_MIN else "#1b2126"
    dark_rules = f"--accent:{dark};--accent-rgb:{_rgb(dark)};--on-accent:#14181b"
    return (
        f":root{{--accent:{light};--accent-rgb:{_rgb(light)};--on-accent:{on_light}}}\n"
        f":root[data-theme=dark]{{{dark_rules}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark_rules}}}}}\n"
    )


def _channels(colour: str) -> tuple[float, float, float]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))  # type: ignore[return-value]


def _text(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(each * 255):02x}" for each in channels)


def _rgb(colour: str) -> str:
    return ",".join(str(round(each * 255)) for each in _channels(colour))


def _is_colour(colour: str) -> bool:
    return len(colour) == 7 and colour[0] == "#" and all(sign in "0123456789abcdefABCDEF" for sign in colour[1:])
