// @ts-check
// The network of the report, for any script of a page: loaded when it is first asked for.
"use strict";
{
  /** @type {Map<string, Promise<LiveModel>>} */
  const models = new Map();

  const load = async (/** @type {string} */ figure) => {
    await Promise.all(["assets/live-model.js", `figures/${figure}.js`].map(sumint.loadScript));
    const [view] = sumint.viewsOf(figure) ?? [];
    if (!view) throw new Error(`figures/${figure}.js holds no network`);
    return sumint.liveSums.modelOf(/** @type {LivePayload} */ (view.payload));
  };

  sumint.liveModel = (figure) => {
    const loading = models.get(figure) ?? load(figure);
    models.set(figure, loading);
    return loading;
  };
}
