// @ts-check
// The reader's choices in the page's address, so that a link shows the same view.
"use strict";

sumint.addressWith = (href, settings) => {
  const address = new URL(href);
  for (const [name, value] of Object.entries(settings)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  return address.href;
};

sumint.keepInAddress = (settings) => {
  try {
    history.replaceState(null, "", sumint.addressWith(location.href, settings));
  } catch {
    // Some browsers do not allow changes of the address of a page on a disk.
  }
};
