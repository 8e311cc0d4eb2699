// @ts-check
// Keeps the reader's choices in the page's address, so that a link shows the same view.
"use strict";
{
  /** @type {Settings} */
  const kept = {};
  const write = () => {
    const address = sumint.addressWith(location.href, kept);
    if (address !== location.href) history.replaceState(null, "", address);
  };

  sumint.keepInAddress = (settings) => {
    Object.assign(kept, settings);
    try {
      write();
    } catch {
      // Some browsers do not allow changes of the address of a page on a disk or in a sandbox.
    }
  };

  // An earlier entry of the history may hold another section of this page, with the choices as they were then; the page
  // still shows the last ones.
  addEventListener("popstate", () => sumint.keepInAddress({}));
}
