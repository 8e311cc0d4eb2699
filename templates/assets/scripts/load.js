// @ts-check
// Loads a script when it is needed. A page opened from a disk may load scripts, but may not fetch files, so data and
// libraries are scripts. In the single file another script with the same interface takes the place of this one.
"use strict";
{
  /** @type {Map<string, Promise<void>>} */
  const loads = new Map();

  /** @type {(address: string) => Promise<void>} */
  const load = (address) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => resolve();
      script.onerror = () => reject(new Error(`${address} could not be loaded`));
      document.head.append(script);
    });

  // Resolves when the script at an address of the site has run; a script runs once, however often it is requested. One that
  // failed is loaded again when it is next requested: the connection may be back.
  sumint.loadScript = (address) => {
    const loading = loads.get(address) ?? load(address);
    loads.set(address, loading);
    loading.catch(() => loads.delete(address));
    return loading;
  };

  sumint.openAddress = (href) => {
    const page = href.split(/[?#]/)[0];
    // A report of some chapters lacks the pages of the others.
    if (document.querySelector(`nav a[href="${page}"]`)) location.assign(href);
  };

  // A script that the page will need is loaded in advance, but only after the first paint.
  const ahead = document.currentScript?.dataset.ahead;
  const afterPaint = (/** @type {() => void} */ work) => requestAnimationFrame(() => setTimeout(work));
  if (ahead) afterPaint(() => sumint.loadScript(ahead).catch(() => {}));
}
