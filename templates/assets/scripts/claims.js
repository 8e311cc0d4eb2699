// @ts-check
// Opens the claim to which the page's address or a link leads: a closed element is not opened by its own anchor.
"use strict";
{
  const open = (/** @type {string} */ hash) => {
    const claim = document.getElementById(decodeURIComponent(hash.slice(1)));
    if (claim instanceof HTMLDetailsElement) claim.open = true;
  };
  addEventListener("hashchange", () => open(location.hash));
  // A link to the anchor that the address has already changes nothing in it.
  document.addEventListener("click", ({ target }) => {
    const link = target instanceof Element ? target.closest("a[href^='#']") : null;
    if (link instanceof HTMLAnchorElement) open(link.hash);
  });
  open(location.hash);
}
