/** What the command says where ConvLens itself fails. */
import { describe, expect, it } from "vitest";
import { tellFaults } from "../../src/cli/faults.ts";

function told(isDebug: boolean): string[] {
  const lines: string[] = [];
  const tell = tellFaults((text) => lines.push(text), isDebug);
  for (const line of [7, 9]) tell(new Error("of the engine"), { file: "net.py", line });
  return lines;
}

describe("a fault of the engine in the command", () => {
  it("is told once with how to report it", () => {
    expect(told(false)).toEqual([
      "convlens: ConvLens itself failed; please run the command again with CONVLENS_DEBUG=1 and report what it prints\n",
    ]);
  });

  it("is told with its place and stack where the user asked for that", () => {
    const lines = told(true);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^convlens: a fault of ConvLens at net\.py:7.*report.*\nError: of the engine\n +at /,
    );
  });
});
