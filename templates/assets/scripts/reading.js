// Marks the section that is being read in the contents.
"use strict";
{
  const links = new Map(
    [...document.querySelectorAll(".contents a[href^='#']")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
  );
  const headings = [...links.keys()].map((anchor) => document.getElementById(anchor));

  const follow = () => {
    const line = innerHeight / 3;
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < line);
    const current = passed.at(-1)?.id;
    for (const [anchor, link] of links) {
      if (anchor === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };

  let asked = false;
  const followSoon = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      follow();
    });
  };
  if (headings.length) {
    addEventListener("scroll", followSoon, { passive: true });
    addEventListener("resize", followSoon);
    follow();
  }

  // On a narrow screen the contents open over the page, at the current section, and close when a section is chosen.
  const contents = document.getElementById("contents");
  contents.addEventListener("toggle", () => {
    const current = contents.querySelector(".sections [aria-current]");
    if (current) contents.scrollTop = current.offsetTop - contents.clientHeight / 2;
  });
  contents.addEventListener("click", ({ target }) => {
    if (target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
  });
}
