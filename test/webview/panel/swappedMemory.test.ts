import { describe, expect, it } from "vitest";
import { FULL_SIZE } from "../../../webview/panel/state.ts";
import { SwappedMemory } from "../../../webview/panel/swapped-memory.ts";
import { tickets } from "../../../webview/panel/sweeps.ts";
import { report } from "../report.ts";

const of = (peak: number) => ({
  ...report([]),
  totals: { ...report([]).totals, activation_bytes: 10, peak_activation_bytes: peak },
});

function asked() {
  const posted: (readonly string[])[] = [];
  const memory = new SwappedMemory(({ swap }) => posted.push(swap), tickets());
  const answer = (ticket: number, peak: number | null): void =>
    memory.receive({ type: "swept", ticket, report: peak === null ? null : of(peak), refused: [] });
  const ask = (...swaps: string[]): void => memory.ask(new Set(swaps), FULL_SIZE);
  const peak = (...swaps: string[]) => memory.of(new Set(swaps), FULL_SIZE)?.peak_activation_bytes;
  return { memory, posted, answer, ask, peak };
}

describe("memory with swaps", () => {
  it("is asked for once for the same layers, and never without any", () => {
    const { posted, answer, ask, peak } = asked();
    ask();
    ask("a", "b");
    ask("b", "a");
    expect(peak("a", "b")).toBeUndefined();
    answer(1, 7);
    ask("a", "b");
    expect(posted).toEqual([["a", "b"]]);
    expect(peak("b", "a")).toBe(7);
  });

  it("is asked for one at a time, of many the last", () => {
    const { posted, answer, ask, peak } = asked();
    ask("a");
    ask("b");
    ask("c");
    answer(1, 1);
    answer(2, 3);
    expect(posted).toEqual([["a"], ["c"]]);
    expect([peak("a"), peak("b"), peak("c")]).toEqual([1, undefined, 3]);
  });

  it("is not known where the network cannot be traced so, nor by an answer of an earlier text", () => {
    const { memory, answer, ask, peak } = asked();
    ask("a");
    answer(1, null);
    expect(peak("a")).toBeNull();
    ask("b");
    memory.forget();
    answer(2, 5);
    expect(peak("b")).toBeUndefined();
  });

  it("goes with an exported report, and nothing else passes for it", () => {
    const { memory, answer, ask } = asked();
    ask("a");
    answer(1, 7);
    const other = asked();
    other.memory.restore(JSON.parse(JSON.stringify(memory.saved())));
    expect(other.peak("a")).toBe(7);
    for (const wrong of [null, [["a"]], [["a", { activation_bytes: "1", peak_activation_bytes: 1 }]]]) {
      const empty = asked();
      empty.memory.restore(wrong);
      expect(empty.memory.saved()).toEqual([]);
    }
  });
});
