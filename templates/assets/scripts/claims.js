// @ts-check
// Reads the filter of claims from the page's address, and stores it there.
"use strict";
{
  const choices = sumint.elements.all(document, ".claims-filter input", HTMLInputElement);
  const wanted = new URLSearchParams(location.search).get("claims");
  const choice = choices.find(({ value, disabled }) => value === wanted && !disabled);
  if (choice) choice.checked = true;
  for (const input of choices) {
    input.addEventListener("change", () => sumint.keepInAddress({ claims: input.value === "all" ? "" : input.value }));
  }
}
