// @ts-check
// Interventions on the live model: in the address, and in the network's forward pass.
//
// In the address they are separated by commas: zero.0.1.9, mean.0.1.all and patch.0.1.9 (a head's output at a position),
// with -q, -k or -v after the first word for its queries, keys or values, and .carry or .none at the end for the mean
// over sums with or without a carry; dose.2.0.5 (a carry direction and a multiple of it); along.3 and across.3 (a patch of
// a subspace alone, or of all but it); token.3.7; via.pattern (the part of layer 1 that alone receives the changes).
"use strict";
{
  const MOST_DOSE = 2;
  const N_DIGITS = 10;
  const GROUPS = ["all", "none", "carry"];
  const PARTS = ["z", "q", "k", "v"];
  const WAYS = ["q", "k", "v", "pattern", "direct"];

  const { tokensOf } = sumint.liveSums;

  const within = (/** @type {string | undefined} */ part, /** @type {number} */ n) =>
    part !== undefined && /^\d+$/.test(part) && Number(part) < n;
  const isAll = (/** @type {string | undefined} */ part) => part === "all";
  const numberOrAll = (/** @type {string} */ part) => (isAll(part) ? null : Number(part));

  // One intervention of the address; null if it cannot be read.
  /** @type {(item: string, payload: LiveContent) => LiveChange | null} */
  const parseOne = (item, { n_heads, n_layers, position_names, sites, subspaces, vocabulary }) => {
    const [word, ...parts] = item.split(".");
    const [first = "", second = "", third = "", fourth = "all"] = parts;
    const [kind, part = "z"] = word.split("-");
    if (kind === "zero" || kind === "mean" || kind === "patch") {
      const isPlace =
        within(first, n_layers) &&
        (isAll(second) || within(second, n_heads)) &&
        (isAll(third) || within(third, position_names.length));
      const isGroup = parts.length === 3 || (parts.length === 4 && kind === "mean" && part !== "z");
      if (!isPlace || !isGroup || !PARTS.includes(part) || !GROUPS.includes(fourth)) return null;
      const place = { layer: Number(first), head: numberOrAll(second), position: numberOrAll(third) };
      return { kind, part, ...place, meanOf: fourth };
    }
    if (part !== "z") return null;
    if (kind === "dose") {
      const dose = parts.slice(1).join(".");
      const isDose = /^-?\d(\.\d+)?$/.test(dose) && Math.abs(Number(dose)) <= MOST_DOSE;
      return within(first, sites.length) && isDose ? { kind, site: Number(first), dose: Number(dose) } : null;
    }
    if (kind === "along" || kind === "across")
      return parts.length === 1 && within(first, subspaces.length) ? { kind, subspace: Number(first) } : null;
    if (kind === "token") {
      const isToken = parts.length === 2 && within(first, position_names.length) && within(second, vocabulary.length);
      return isToken ? { kind, position: Number(first), token: Number(second) } : null;
    }
    return kind === "via" && parts.length === 1 && WAYS.includes(first) ? { kind, way: first } : null;
  };

  /** @type {Interventions["parseChanges"]} */
  const parseChanges = (text, payload) => {
    const read = (text ? text.split(",") : []).map((item) => parseOne(item, payload));
    const changes = read.filter((change) => change !== null);
    return { changes, isWhole: changes.length === read.length };
  };

  /** @type {Interventions["writeChanges"]} */
  const writeChanges = (changes) =>
    changes
      .map((change) => {
        if (change.kind === "dose") return `dose.${change.site}.${change.dose}`;
        if (change.kind === "token") return `token.${change.position}.${change.token}`;
        if (change.kind === "via") return `via.${change.way}`;
        if (change.kind === "along" || change.kind === "across") return `${change.kind}.${change.subspace}`;
        const word = change.part === "z" ? change.kind : `${change.kind}-${change.part}`;
        const group = change.meanOf === "all" ? "" : `.${change.meanOf}`;
        return `${word}.${change.layer}.${change.head ?? "all"}.${change.position ?? "all"}${group}`;
      })
      .join(",");

  // What an intervention is made on; a later one on the same takes its place.
  /** @type {Interventions["placeOf"]} */
  const placeOf = (change) => {
    if (change.kind === "dose") return `dose ${change.site}`;
    if (change.kind === "token") return `token ${change.position}`;
    if (change.kind === "via") return "via";
    if (change.kind === "along" || change.kind === "across") return `subspace ${change.subspace}`;
    return `${change.part} ${change.layer}.${change.head}.${change.position}`;
  };

  // The head outputs, or inputs of heads, that an intervention replaces; null if it adds to what is there.
  /** @type {(change: LiveChange) => { part: string, layer: number, head: number | null, position: number | null } | null} */
  const replacedBy = (change) =>
    change.kind === "zero" || change.kind === "mean" || change.kind === "patch" ? change : null;
  /** @type {(change: LiveChange, payload: LiveContent) => ReturnType<typeof replacedBy>} */
  const changedBy = (change, { sites, subspaces }) => {
    if (change.kind === "dose") return { part: "z", layer: 0, ...sites[change.site] };
    if (change.kind === "along" || change.kind === "across")
      return { part: "z", layer: 0, ...subspaces[change.subspace] };
    return replacedBy(change);
  };

  const REPLACED = "replaced by a later one";

  // Why an intervention has no effect, if a later one replaces all that it changes, or if it restricts nothing.
  /** @type {Interventions["whyWithoutEffect"]} */
  const whyWithoutEffect = (index, changes, payload) => {
    const change = changes[index];
    const later = changes.slice(index + 1);
    if (change.kind === "via") {
      const isEarly = (/** @type {LiveChange} */ one) => one.kind === "token" || changedBy(one, payload)?.layer === 0;
      if (later.some(({ kind }) => kind === "via")) return REPLACED;
      return changes.some(isEarly) ? "" : "nothing changes before layer 1";
    }
    return isOverwritten(change, later, payload) ? REPLACED : "";
  };
  /** @type {(change: LiveChange, laterOnes: LiveChange[], payload: LiveContent) => boolean} */
  const isOverwritten = (change, laterOnes, payload) => {
    const own = changedBy(change, payload);
    if (!own) return false;
    return laterOnes.some((change) => {
      const later = replacedBy(change);
      if (!later || later.part !== own.part || later.layer !== own.layer) return false;
      const covers = (/** @type {"head" | "position"} */ name) => later[name] === null || later[name] === own[name];
      return covers("head") && covers("position");
    });
  };

  // The vector that replaces a head's output, queries, keys or values at a position; null if it is to stay.
  /** @type {(model: LiveModel, change: LiveSetting, head: number, at: number, source?: NetworkResult) => Float64Array | null} */
  const replacement = (model, { kind, part, layer, meanOf }, head, at, source) => {
    const { payload, weights, means } = model;
    const { d_head: width, n_heads: nHeads, position_names: names } = payload;
    if (kind === "patch") return source ? source.layers[layer][head][part].slice(at * width, (at + 1) * width) : null;
    const constant =
      part === "q" || part === "k" ? new Float64Array(width) : sumint.network.valueBias(weights, layer, head);
    if (kind === "zero") return constant;
    if (part === "z") {
      const start = ((layer * names.length + at) * nHeads + head) * width;
      return means.slice(start, start + width);
    }
    return sumint.network.inputOf(weights, part, layer, head, meanRead(model, meanOf, layer, at));
  };

  // The mean of what the heads of a layer read at a position, over all sums, or over those with or without a carry.
  /** @type {(model: LiveModel, meanOf: string, layer: number, at: number) => Float64Array} */
  const meanRead = ({ read, payload }, meanOf, layer, at) => {
    const { d_model: width, n_layers: nLayers, position_names: names, carrying_share: share } = payload;
    const ofGroup = (/** @type {number} */ group) => {
      const start = ((group * nLayers + layer) * names.length + at) * width;
      return read.subarray(start, start + width);
    };
    const [without, carrying] = [ofGroup(0), ofGroup(1)];
    const weight = { all: share, none: 0, carry: 1 }[meanOf] ?? share;
    return without.map((value, i) => value + weight * (carrying[i] - value));
  };

  // Moves a head output towards that of the second sum, along a subspace or along all but it.
  /** @type {(space: LiveSubspace, spaces: LiveSubspace[], isAcross: boolean, source: NetworkResult) => (z: Float64Array) => void} */
  const moveWithin = (space, spaces, isAcross, source) => (z) => {
    const width = space.basis.length / space.rank;
    const start = space.position * width;
    const other = source.layers[0][space.head].z;
    const difference = Float64Array.from({ length: width }, (_, i) => other[start + i] - z[start + i]);
    const inside = projected(difference, space);
    if (space.as_far_as !== null) {
      const length = Math.hypot(...projected(difference, spaces[space.as_far_as]));
      const scale = length / Math.max(Math.hypot(...inside), 1e-8);
      for (let i = 0; i < width; i++) inside[i] *= scale;
    }
    for (let i = 0; i < width; i++) z[start + i] += isAcross ? difference[i] - inside[i] : inside[i];
  };
  /** @type {(vector: Float64Array, space: LiveSubspace) => Float64Array} */
  const projected = (vector, { basis, rank }) => {
    const width = vector.length;
    const inside = new Float64Array(width);
    for (let dimension = 0; dimension < rank; dimension++) {
      const axis = basis.subarray(dimension * width, (dimension + 1) * width);
      const length = axis.reduce((sum, value, i) => sum + value * vector[i], 0);
      for (let i = 0; i < width; i++) inside[i] += length * axis[i];
    }
    return inside;
  };

  // The changes of the forward pass; without a second sum there is nothing to patch from.
  /** @type {(model: LiveModel, changes: LiveChange[], source?: NetworkResult) => NetworkChange[]} */
  const editsOf = (model, changes, source) => {
    const { payload } = model;
    const { d_head: width, n_heads: nHeads, position_names: names, sites, subspaces } = payload;
    return changes.flatMap((change) => {
      if (change.kind === "token" || change.kind === "via") return [];
      if (change.kind === "dose") {
        const { head, position, vector } = sites[change.site];
        const apply = (/** @type {Float64Array} */ z) => {
          for (let i = 0; i < width; i++) z[position * width + i] += change.dose * vector[i];
        };
        return [{ layer: 0, head, part: "z", apply }];
      }
      if (change.kind === "along" || change.kind === "across") {
        const space = subspaces[change.subspace];
        const isAcross = change.kind === "across";
        return source
          ? [{ layer: 0, head: space.head, part: "z", apply: moveWithin(space, subspaces, isAcross, source) }]
          : [];
      }
      const heads = change.head === null ? Array.from({ length: nHeads }, (_, head) => head) : [change.head];
      return heads.map((head) => ({
        layer: change.layer,
        head,
        part: change.part,
        apply: (/** @type {Float64Array} */ values) => {
          for (let at = 0; at < names.length; at++) {
            if (change.position !== null && at !== change.position) continue;
            const value = replacement(model, change, head, at, source);
            if (value) values.set(value, at * width);
          }
        },
      }));
    });
  };

  // The network on a sum with changes; `source` is the clean run of the second sum, from which it is patched.
  /** @type {Interventions["runWith"]} */
  const runWith = (model, sum, changes, source) => {
    const { weights, payload } = model;
    const clean = tokensOf(sum, payload.n_digits);
    const tokens = tokensWith(sum, changes, payload.n_digits);
    const edits = editsOf(model, changes, source);
    const run = sumint.network.run(weights, tokens, edits);
    const via = changes.filter((change) => change.kind === "via").pop();
    if (!via) return run;
    // One part of the last layer takes its values of the run with all changes, or all of its heads keep theirs.
    const last = payload.n_layers - 1;
    const isDirect = via.way === "direct";
    const kept = isDirect ? sumint.network.run(weights, clean) : run;
    const frozen = kept.layers[last].map((ofHead, head) => {
      const part = isDirect ? "z" : via.way;
      return { layer: last, head, part, apply: (/** @type {Float64Array} */ values) => values.set(ofHead[part]) };
    });
    if (isDirect) return sumint.network.run(weights, tokens, [...edits, ...frozen]);
    return sumint.network.run(weights, clean, [...edits.filter(({ layer }) => layer === last), ...frozen]);
  };

  /** @type {Interventions["tokensWith"]} */
  const tokensWith = (sum, changes, nDigits) => {
    const tokens = tokensOf(sum, nDigits);
    for (const change of changes) if (change.kind === "token") tokens[change.position] = change.token;
    return tokens;
  };

  // The sum that the operand tokens form, after some of them were replaced; null if one is not a digit.
  /** @type {Interventions["sumOfTokens"]} */
  const sumOfTokens = (sum, changes, nDigits) => {
    const tokens = tokensWith(sum, changes, nDigits);
    const operands = [tokens.slice(0, nDigits), tokens.slice(nDigits + 1, 2 * nDigits + 1)];
    if (operands.flat().some((token) => token >= N_DIGITS)) return null;
    const [a, b] = operands.map((digits) => Number(digits.join("")));
    return { a, b };
  };

  sumint.interventions = {
    parseChanges,
    writeChanges,
    placeOf,
    whyWithoutEffect,
    runWith,
    tokensWith,
    sumOfTokens,
  };
}
