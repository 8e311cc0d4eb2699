// The contents follow the reader, and a link to a figure, a table or a claim is copied by a click on its number.
"use strict";
{
  const links = new Map(
    [...document.querySelectorAll(".sections a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
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

  const announcement = document.getElementById("announcement");
  for (const link of document.querySelectorAll("[data-copied]")) {
    link.addEventListener("click", async () => {
      const address = new URL(location.href);
      address.hash = link.hash;
      try {
        await navigator.clipboard.writeText(address.href);
      } catch {
        return; // the click has still followed the link, and the address bar has it
      }
      announcement.textContent = link.dataset.copied;
      link.classList.add("copied");
      setTimeout(() => link.classList.remove("copied"), 1500);
    });
  }
}
