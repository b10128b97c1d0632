/** Sessions of typing in one engine that is kept: after every edit its answer is a new engine's. */
import { isDeepStrictEqual } from "node:util";
import type { Wrong } from "./checks.ts";
import { caught } from "./mutants.ts";
import { MUTATIONS } from "./mutations.ts";
import type { Part } from "./part.ts";
import { openText, openTexts } from "./program.ts";
import { Random } from "./random.ts";

/** Edits of one session. */
export const EDITS = 12;

/** Changes that type, paste, delete: those that leave most of a text as it is. */
const TYPED = [...MUTATIONS.keys()].filter(
  (kind) => !/^(cut at|imports lost|text doubled|first lines last|.*line ends|block repeated)/.test(kind),
);

export const edits: Part = {
  cases: 12,
  run(index, { seed, sources, parsers, keeping }) {
    const random = new Random(`edits ${seed} ${index}`);
    const source = random.pick(sources);
    const { file } = source;
    let text = source.text;
    const { engine } = openTexts(keeping, source, () => text);
    const past: string[] = [];
    const kinds: string[] = [];
    engine.analyze(file);
    for (let edit = 0; edit < EDITS; edit++) {
      const undo = past.length > 0 && random.next() < 0.35;
      const kind = undo ? "undo" : random.pick(TYPED);
      const before = text;
      text = undo ? (past.pop() ?? text) : (MUTATIONS.get(kind)?.(text, random) ?? text);
      if (!undo) past.push(before);
      kinds.push(kind);
      const found = caught(() =>
        firstDifference(engine.analyze(file), openText(parsers, source, text).engine.analyze(file)),
      );
      if (found.length === 0) continue;
      const detail = `${source.name}, after ${kinds.join(", ")}\n--- before\n${before}`;
      return found.map((one) => ({
        kind: one.kind,
        detail: `${one.detail}${detail}`,
        input: { file, text },
      }));
    }
    return [];
  },
};

/** Where two answers part, told by the first place in them. */
function firstDifference(kept: unknown, fresh: unknown, path = "answer"): Wrong[] {
  if (isDeepStrictEqual(kept, fresh)) return [];
  if (isBranch(kept) && isBranch(fresh)) {
    for (const name of new Set([...Object.keys(kept), ...Object.keys(fresh)])) {
      const [one, other] = [kept, fresh].map((branch) => Reflect.get(branch, name) as unknown);
      const found = firstDifference(one, other, `${path}.${name}`);
      if (found.length > 0) return found;
    }
  }
  const [one, other] = [kept, fresh].map((value) => String(JSON.stringify(value)).slice(0, 300));
  return [{ kind: "an edit's answer is not a new engine's", detail: `${path}: kept ${one}, new ${other}\n` }];
}

function isBranch(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
