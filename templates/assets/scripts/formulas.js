// @ts-check
// Loads the font of formulas on the opening page when a formula is near, since most readers see none there.
"use strict";
{
  const NEAR = "300px 0px";
  const STYLES = "assets/chapters.css";
  const { html, all } = sumint.elements;

  const nearing = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      nearing.disconnect();
      document.head.append(html("link", { rel: "stylesheet", href: STYLES }));
    },
    { rootMargin: NEAR },
  );
  // In the single file the styles are there already.
  if (!document.querySelector("[data-page]"))
    for (const formula of all(document, "math", Element)) nearing.observe(formula);
}
