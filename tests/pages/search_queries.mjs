// Answers queries with the scripts of the site: `node search_queries.mjs INDEX QUERIES`, where INDEX is the script of the
// search index and QUERIES a JSON list. Writes, for each query, the kind of the answer and its first address.
import { readFileSync } from "node:fs";
import vm from "node:vm";
import { load } from "../javascript/unit/scripts.mjs";

const PARTS = ["words", "query", "ranking", "spelling", "passages", "answer"];
const sumint = load(...PARTS.map((part) => `lib/search-${part}`));
const [index, queries] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));
let ask = () => {};
sumint.registerSearchIndex = (packed) => {
  ask = sumint.searchIn(packed);
};
vm.runInThisContext(index);
const answers = JSON.parse(queries).map((query) => {
  const { kind, results } = ask(query);
  return [kind, results[0]?.entry.address ?? ""];
});
console.log(JSON.stringify(answers));
