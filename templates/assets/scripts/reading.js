// @ts-check
// Marks the section that is being read in the contents.
"use strict";
{
  const { one, all } = sumint.elements;
  const links = new Map(
    all(document, ".contents a[href^='#']", HTMLAnchorElement).map((link) => [
      decodeURIComponent(link.hash.slice(1)),
      link,
    ]),
  );
  const headings = [...links.keys()]
    .map((anchor) => document.getElementById(anchor))
    .filter((heading) => heading !== null);

  const markCurrent = () => {
    const line = innerHeight / 3;
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < line);
    const current = passed[passed.length - 1]?.id;
    for (const [anchor, link] of links) {
      if (anchor === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };

  let isPending = false;
  const markSoon = () => {
    if (isPending) return;
    isPending = true;
    requestAnimationFrame(() => {
      isPending = false;
      markCurrent();
    });
  };
  if (headings.length) {
    addEventListener("scroll", markSoon, { passive: true });
    addEventListener("resize", markSoon);
    markCurrent();
  }

  // On a narrow screen the contents open over the page, at the current section, and close when a section is chosen.
  const contents = one(document, "#contents", HTMLElement);
  contents.addEventListener("toggle", () => {
    const current = contents.querySelector(".sections [aria-current]");
    if (current instanceof HTMLElement) contents.scrollTop = current.offsetTop - contents.clientHeight / 2;
  });
  contents.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
  });
}
