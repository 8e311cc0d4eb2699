// @ts-check
// An address with the reader's choices in its query.
"use strict";

sumint.addressWith = (href, settings) => {
  const address = new URL(href);
  for (const [name, value] of Object.entries(settings)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  return address.href;
};
