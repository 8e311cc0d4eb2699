// @ts-check
// Copies a link to a figure, a table or a claim when its number is clicked, and the citation when its button is.
"use strict";
{
  const SHOWN_FOR = 1500;
  const { one, all } = sumint.elements;
  const announcement = one(document, "#announcement", HTMLElement);

  const announce = (/** @type {HTMLElement} */ element) => {
    announcement.textContent = element.dataset.copied ?? "";
    element.classList.add("copied");
    setTimeout(() => element.classList.remove("copied"), SHOWN_FOR);
  };

  const copyAddress = async (/** @type {HTMLAnchorElement} */ link) => {
    const address = new URL(location.href);
    address.hash = link.hash;
    try {
      await navigator.clipboard.writeText(address.href);
    } catch {
      return; // the click has still followed the link, and the address bar has it
    }
    announce(link);
  };

  const copyText = async (/** @type {HTMLElement} */ button) => {
    const text = one(document, `#${CSS.escape(button.dataset.copies ?? "")}`, HTMLElement);
    try {
      await navigator.clipboard.writeText(text.textContent ?? "");
    } catch {
      getSelection()?.selectAllChildren(text); // the reader can copy it from here
      return;
    }
    announce(button);
  };

  for (const element of all(document, "[data-copied]", HTMLElement)) {
    element.addEventListener("click", () => {
      if (element instanceof HTMLAnchorElement) copyAddress(element);
      else copyText(element);
    });
  }
}
