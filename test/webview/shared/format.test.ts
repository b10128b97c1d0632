import { describe, expect, it } from "vitest";
import { formatSeconds } from "../../../src/engine/formats/units.ts";
import {
  formatBytes,
  formatChange,
  formatExact,
  formatTick,
  parseCount,
} from "../../../webview/shared/format.ts";

describe("figures of the panel", () => {
  it("writes ticks without digits that say nothing", () => {
    expect(formatTick(100_000_000)).toBe("100 M");
    expect(formatTick(2_500_000_000)).toBe("2.5 G");
    expect(formatTick(0)).toBe("0");
  });

  it("groups the digits of exact figures", () => {
    expect(formatExact(115_605_504)).toBe("115,605,504");
  });

  it("writes a change with its sign, and nothing when there is none", () => {
    expect(formatChange(4_089_184_256, 2_457_000_000)).toBe("−40 %");
    expect(formatChange(100, 103.1)).toBe("+3.1 %");
    expect(formatChange(25_557_032, 25_547_963)).toBe("−0.04 %");
    expect(formatChange(5, 5)).toBe("");
    expect(formatChange(0, 5)).toBe("");
  });

  it("writes memory in decimal units", () => {
    expect(formatBytes(3_211_264)).toBe("3.21 MB");
    expect(formatBytes(12)).toBe("12 B");
  });
});

describe("parseCount", () => {
  it("reads what a person types for a figure", () => {
    expect(parseCount("300 M")).toBe(300e6);
    expect(parseCount("1.5g")).toBe(1.5e9);
    expect(parseCount("300,000")).toBe(300_000);
    expect(parseCount("3e8")).toBe(3e8);
  });

  it("takes nothing else for one", () => {
    for (const text of ["", "much", "3 x", "1.2.3"]) expect(parseCount(text)).toBeNull();
  });
});

describe("formatSeconds", () => {
  it("chooses the unit that fits", () => {
    expect(formatSeconds(12.34e-6)).toBe("12.3 µs");
    expect(formatSeconds(4.1e-3)).toBe("4.10 ms");
    expect(formatSeconds(2)).toBe("2.00 s");
  });
});
