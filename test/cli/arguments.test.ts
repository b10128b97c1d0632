import { describe, expect, it } from "vitest";
import { parseCommand } from "../../src/cli/arguments.ts";

const profile = (...argv: string[]) => {
  const command = parseCommand(["profile", ...argv]);
  if (command.kind !== "profile") throw new Error(JSON.stringify(command));
  return command;
};

describe("profile", () => {
  it("takes a file, and shows a table in MACs by default", () => {
    expect(profile("net.py")).toEqual({
      kind: "profile",
      file: "net.py",
      input: [],
      all: false,
      format: "text",
      unit: "macs",
      failOnUnknown: false,
      explain: false,
      pythonPaths: [],
      stubs: [],
      limits: { seconds: 40, megabytes: 800 },
    });
  });

  it("takes the network behind a colon or as an option, once", () => {
    expect(profile("net.py:Net").model).toBe("Net");
    expect(profile("net.py", "--model", "EfficientNet.from_name").model).toBe("EfficientNet.from_name");
    expect(parseCommand(["profile", "net.py:A", "--model", "B"])).toMatchObject({ kind: "usage-error" });
  });

  it("repeats --input, with dtypes", () => {
    expect(profile("net.py", "--input", "1x3x224x224", "--input", "1x10:int64").input).toEqual([
      "1x3x224x224",
      "1x10:int64",
    ]);
  });

  it("reads budgets with prefixes, in the unit that is shown", () => {
    expect(profile("net.py", "--budget", "300M").budgetMacs).toBe(300e6);
    expect(profile("net.py", "--budget", "4.1G", "--unit", "flops").budgetMacs).toBe(2.05e9);
    expect(profile("net.py", "--budget", "300000000").budgetMacs).toBe(300e6);
  });

  it("takes limits of its time and memory", () => {
    const { limits } = profile("net.py", "--time-limit", "90", "--memory-limit", "2000");
    expect(limits).toEqual({ seconds: 90, megabytes: 2000 });
  });

  it("prints JSON Lines for all networks unless another format is asked for", () => {
    expect(profile("net.py", "--all").format).toBe("jsonl");
    expect(profile("net.py", "--all", "--json").format).toBe("jsonl");
    expect(profile("net.py", "--all", "--table").format).toBe("text");
    expect(profile("net.py", "--json").format).toBe("json");
  });
});

describe("usage errors say what would do", () => {
  it.each([
    [[], "no command given; try: convlens profile FILE"],
    [["profil", "net.py"], 'unknown command "profil"; try: convlens profile FILE'],
    [["profile"], "profile needs a file: convlens profile FILE[:NAME]"],
    [["profile", "a.py", "--json", "--csv"], "choose one of --json, --csv"],
    [["profile", "a.py", "--unit", "ops"], '--unit is macs or flops, not "ops"'],
    [["rewrite", "a.py", "--layers", "all", "--style", "pretty"], '--style is inline or class, not "pretty"'],
    [["profile", "a.py", "--time-limit", "soon"], '--time-limit is a number of seconds, not "soon"'],
    [["profile", "a.py", "--memory-limit", "1"], '--memory-limit is a number of megabytes from 100, not "1"'],
    [["profile", "a.py", "--budget", "lots"], '--budget "lots" is no count; write 300M, 4.1G or 300000000'],
    [
      ["profile", "a.py", "--input", "3,x"],
      '--input "3,x" is no shape; write sizes like 1x3x224x224 or 1x10:int64',
    ],
    [
      ["profile", "a.py", "--all", "--model", "Net"],
      "--all profiles every network: leave out --model, NAME and --args",
    ],
  ])("%j", (argv, message) => {
    expect(parseCommand(argv)).toEqual({ kind: "usage-error", message });
  });

  it("names an option that it does not know, or that lacks its value", () => {
    expect(parseCommand(["profile", "a.py", "--jsn"])).toEqual({
      kind: "usage-error",
      message: "Unknown option '--jsn'",
    });
    expect(parseCommand(["profile", "a.py", "--model"])).toMatchObject({
      kind: "usage-error",
      message: expect.stringContaining("--model"),
    });
  });
});
