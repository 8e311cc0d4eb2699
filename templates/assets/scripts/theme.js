// @ts-check
// Sets the theme before the first paint: light, dark or the system's; the choice is stored where that is possible.
"use strict";
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => root.dataset.theme ?? "auto";

  const storedChoice = () => {
    try {
      return localStorage.getItem("theme") ?? "auto";
    } catch {
      return "auto"; // a page opened from a disk may have no storage
    }
  };

  const store = (/** @type {string} */ choice) => {
    try {
      localStorage.setItem("theme", choice);
    } catch {
      // Without storage the choice applies to this page only.
    }
  };

  const apply = (/** @type {string} */ choice) => {
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
    document.dispatchEvent(new Event("themechange"));
  };

  sumint.currentTheme = () => {
    const choice = chosen();
    if (choice === "light" || choice === "dark") return choice;
    return system.matches ? "dark" : "light";
  };

  apply(storedChoice());
  system.addEventListener("change", () => document.dispatchEvent(new Event("themechange")));

  document.addEventListener("DOMContentLoaded", () => {
    for (const radio of sumint.elements.all(document, "input[name=theme]", HTMLInputElement)) {
      radio.checked = radio.value === chosen();
      radio.addEventListener("change", () => {
        store(radio.value);
        apply(radio.value);
      });
    }
  });
}
