// What was folded has a width only now: the theme gives what must be scrolled its place for the Tab key when a page is resized.
document.addEventListener("toggle", () => window.dispatchEvent(new Event("resize")), true);
