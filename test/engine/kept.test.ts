import { describe, expect, it } from "vitest";
import type { KeptModule, ModelHost } from "../../src/engine/contract/engine.types.ts";
import type { Report } from "../../src/engine/contract/report.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const FILE = "/top/app/net.py";
const FOLDER = "/cache/nets/1.2/files";
const kept = (more: Partial<KeptModule> = {}): NonNullable<ModelHost["kept"]> =>
  new Map([["nets", [{ folder: FOLDER, package: "nets", version: "1.2", ...more }]]]);

const NETS = {
  [`${FOLDER}/nets/__init__.py`]: "from .models import Net\n",
  [`${FOLDER}/nets/models.py`]: `import torch.nn as nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 1, bias=False))
`,
};
const PROGRAM = "import nets\nnet = nets.models.Net()\n";

function profile(
  text: string,
  host: Partial<ModelHost> = {},
  files: Readonly<Record<string, string>> = NETS,
): Report {
  const real = { ...memoryHost({ [FILE]: text, ...files }, ["/top/app", "/site"]), ...host };
  const result = createEngine({ parsers, host: real }).profile(FILE, { input: ["1x3x4x4"] });
  if (!result.ok) throw new Error(`${result.reason} ${result.diagnostics.map(({ message }) => message)}`);
  return result.report;
}
const assumed = (report: Report) => report.assumptions?.map(({ text }) => text) ?? [];

describe("sources that were fetched", () => {
  it("are read for a package that is not installed, and the report says so with the version", () => {
    const report = profile(PROGRAM, { kept: kept() });
    expect([report.complete, report.totals.macs]).toEqual([true, 3 * 8 * 16]);
    expect(assumed(report)).toContain(
      "nets is not installed, so it is read from the sources of nets 1.2 that were fetched",
    );
  });

  it("say that the project asks for another version where it does", () => {
    const report = profile(PROGRAM, { kept: kept({ wanted: "==1.0" }) });
    expect(assumed(report).join("\n")).toContain("that were fetched, while the project asks for ==1.0");
  });

  it.each(["/site", "/top/app", "/top"])(
    "come after the package in a folder that is looked in anyway: %s",
    (folder) => {
      const text = NETS[`${FOLDER}/nets/models.py`]!.replace("3, 8", "3, 16");
      const own = {
        [`${folder}/nets/__init__.py`]: "from . import models\n",
        [`${folder}/nets/models.py`]: text,
      };
      const report = profile(PROGRAM, { kept: kept() }, { ...NETS, ...own });
      expect(report.totals.macs).toBe(3 * 16 * 16);
      expect(assumed(report)).toEqual([]);
    },
  );

  it("tell their version to a program that asks the environment", () => {
    const program = `from importlib.metadata import version
import torch.nn as nn
net = nn.Conv2d(3, 4 if version("Nets") == "1.2" else 2, 1)
`;
    expect(profile(program, { kept: kept() }).totals.macs).toBe(3 * 4 * 16);
  });
});

describe("what is said of a package that is not here", () => {
  const said = (name: string, host: Partial<ModelHost> = {}, files = {}) =>
    profile(
      `import torch.nn as nn\nimport ${name}\nnet = nn.Sequential(nn.Conv2d(3, 8, 1), ${name}.Net())\n`,
      host,
      files,
    )
      .diagnostics.map(({ message }) => message)
      .join("\n");

  it.each([
    ["segmentation_models_pytorch", "segmentation-models-pytorch"],
    ["cv2", "opencv-python"],
    ["PIL", "Pillow"],
  ])("names the command that gets it: %s", (module, distribution) => {
    expect(said(module)).toContain(
      `module ${module} was not found (convlens sources add ${distribution} gets its sources; .convlens/stubs/${module.replace(".", "/")}.py can stand for it)`,
    );
  });

  it("names it too for what the rules that stand for a package do not have", () => {
    expect(said("timm.models")).toContain(
      "timm.models.Net is not modelled (convlens sources add timm gets its sources;",
    );
  });

  it("names none for a module that may be the user's own", () => {
    expect(said("mynets")).toContain(
      "module mynets was not found (.convlens/stubs/mynets.py can stand for it)",
    );
  });

  it("names none where another version of the package is here", () => {
    expect(said("monai.nets", {}, { "/site/monai/__init__.py": "" })).not.toContain("convlens sources add");
    const monai = new Map([["monai", [{ folder: FOLDER, package: "monai", version: "0.1" }]]]);
    expect(said("monai.nets", { kept: monai })).not.toContain("convlens sources add");
  });
});
