"""How somebody works a page: with a mouse, by keyboard alone, with a finger."""

LONGEST_WAY = 120  # more stops of the Tab key than any page of the portal has
SEEN_FOCUS = """() => {
    const style = getComputedStyle(document.activeElement);
    const ringed = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return document.activeElement.matches(":focus-visible") && (ringed || style.boxShadow !== "none");
}"""


class Mouse:
    """Points and clicks."""

    def __init__(self, page):
        self.page = page

    def press(self, target):
        """Use a link or a button."""
        target.click()

    def switch_on(self, target):
        """Turn on a switch that is off."""
        target.check()

    def write(self, target, words):
        """Fill in a field."""
        target.click()
        self.page.keyboard.type(words)


class Finger(Mouse):
    """Taps on a small screen."""

    def press(self, target):
        target.tap()

    def switch_on(self, target):
        target.tap()
        assert target.is_checked()

    def write(self, target, words):
        target.tap()
        self.page.keyboard.type(words)


class Keyboard(Mouse):
    """Uses the Tab key to get there, and sees at every stop where it is."""

    def press(self, target):
        self._go_to(target).press("Enter")  # waits for the page it leads to, as a click does

    def switch_on(self, target):
        self._go_to(target)
        self.page.keyboard.press("Space")
        assert target.is_checked()

    def write(self, target, words):
        self._go_to(target)
        self.page.keyboard.type(words)

    def _go_to(self, target):
        wanted = target.element_handle()
        for _stop in range(LONGEST_WAY):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("wanted => wanted === document.activeElement", wanted):
                assert self.page.evaluate(SEEN_FOCUS), f"the focus cannot be seen on {target}"
                return wanted
        raise AssertionError(f"the Tab key does not reach {target}")
