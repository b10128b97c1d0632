/** Python files that stand for modules: the user's, and those that come with ConvLens. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/engine/contract/report.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { loadParsers } from "../../src/node/wasm.ts";
import { memoryHost } from "./memoryHost.ts";

const parsers = await loadParsers();
const FOLDER = path.resolve(import.meta.dirname, "../../stubs");
const SHIPPED = Object.fromEntries(
  readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".py"))
    .map((name) => [`/shipped/${name.replaceAll("\\", "/")}`, readFileSync(path.join(FOLDER, name), "utf8")]),
);

const STUBS = { own: ["/app/.convlens/stubs"], shipped: ["/shipped"] };

function profile(source: string, files: Readonly<Record<string, string>> = {}, input?: string[]): Report {
  const host = memoryHost({ ...SHIPPED, ...files, "/app/model.py": source }, ["/packages"], STUBS);
  const result = createEngine({ parsers, host }).profile("/app/model.py", input ? { input } : {});
  if (!result.ok) throw new Error(result.reason);
  return result.report;
}

const problems = ({ diagnostics }: Report): string => diagnostics.map(({ message }) => message).join("\n");

/** A network around one expression over the input. */
function network(imports: string, made: string, run: string, input: string): string {
  return `import torch
import torch.nn as nn
${imports}


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        ${made}

    def forward(self, x):
        ${run}


Net()(torch.zeros(${input}))
`;
}

const CALL = network("import fused_thing", "pass", "return fused_thing.run(self.first(x))", "1, 3, 4");
const DOUBLE = "def run(x):\n    return x @ x.new_zeros(4, 10)\n";

describe("a stub of the user's own", () => {
  it.each([
    ["gives no network", "net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3))\n"],
    [
      "gives a network that is not known",
      "class Net(torch.nn.Module):\n    def forward(self, x): return x\n",
    ],
  ])("is named where it hides a framework and so the file %s", (_, code) => {
    const stub = "/app/.convlens/stubs/torch.py";
    const files = { [stub]: "def load(x):\n    return x\n", "/app/model.py": `import torch\n${code}` };
    const engine = createEngine({ parsers, host: memoryHost(files, [], STUBS) });
    const { failures, reports } = engine.analyze("/app/model.py");
    const said = [...failures.map(({ reason }) => reason), ...reports.map(problems)].join("\n");
    expect(said).toContain(`torch is read from ${stub}, which hides the library`);
    expect(reports.some(({ complete }) => complete)).toBe(false);
  });

  it("is traced in place of a module that is not there", () => {
    const report = profile(CALL, { "/app/.convlens/stubs/fused_thing.py": DOUBLE });
    expect([problems(report), report.complete]).toEqual(["", true]);
    expect(report.totals.macs).toBe(3 * 4 * 4 + 3 * 4 * 10);
    expect(report.output).toEqual([[1, 3, 10]]);
  });

  it("is listed among what the report assumes", () => {
    const report = profile(CALL, { "/app/.convlens/stubs/fused_thing.py": DOUBLE });
    expect(report.assumptions?.map(({ text }) => text)).toContain(
      "fused_thing is traced from the user's stub fused_thing.py",
    );
  });

  it("is named by the diagnostic of a module that has none", () => {
    expect(problems(profile(CALL))).toContain(
      "module fused_thing was not found (.convlens/stubs/fused_thing.py can stand for it)",
    );
  });

  it("may lie deep in a package whose other modules are read as they are", () => {
    const source = network(
      "import lib\nfrom lib.ops import run\nfrom lib import ops",
      "pass",
      "return lib.ops.run(run(self.first(x)) @ x.new_zeros(10, lib.WIDTH)) + ops.run(x)",
      "1, 3, 4",
    );
    const report = profile(source, {
      "/packages/lib/__init__.py": "WIDTH = 4\nfrom . import ops\n",
      "/packages/lib/ops.py": "from lib._C import run\n",
      "/app/.convlens/stubs/lib/ops.py": DOUBLE,
    });
    expect([problems(report), report.totals.macs]).toEqual(["", 48 + 120 + 120 + 120 + 120]);
  });

  it("goes before one that comes with ConvLens, before a file of the program, and into a try", () => {
    const source = network(
      "try:\n    from flash_attn import flash_attn_func\nexcept ImportError:\n    flash_attn_func = None\nfrom tools import run",
      "pass",
      "return run(self.first(x)) + flash_attn_func(x)",
      "1, 3, 4",
    );
    const report = profile(source, {
      "/app/tools.py": "def run(x):\n    return x\n",
      "/app/.convlens/stubs/tools.py": DOUBLE,
      "/app/.convlens/stubs/flash_attn.py": "def flash_attn_func(x):\n    return x @ x.new_zeros(4, 10)\n",
    });
    expect([problems(report), report.totals.macs]).toEqual(["", 48 + 120 + 120]);
  });

  it("stands for an extension that a package of the program builds", () => {
    const files = {
      "/app/ops/__init__.py": "from .wrap import run\n",
      "/app/ops/wrap.py": "from . import thing_cuda\n\ndef run(x):\n    return thing_cuda.run(x)\n",
    };
    const source = network("from ops import run", "pass", "return run(self.first(x))", "1, 3, 4");
    expect(problems(profile(source, files))).toContain(".convlens/stubs/ops/thing_cuda.py");
    for (const stub of ["ops/thing_cuda.py", "thing_cuda.py"])
      expect(profile(source, { ...files, [`/app/.convlens/stubs/${stub}`]: DOUBLE }).totals.macs).toBe(168);
  });
});

describe("a stub that comes with ConvLens", () => {
  const attention = "x.view(1, 3, 2, 2)";
  const flash = (imports: string) =>
    network(imports, "pass", `return flash_attn_func(${attention}, ${attention}, ${attention})`, "1, 3, 4");

  it("stands for a module that is not installed, and is listed as assumed", () => {
    const report = profile(flash("from flash_attn import flash_attn_func"));
    expect(report.totals.macs).toBe(2 * 2 * 3 * 3 * 2);
    expect(report.assumptions?.map(({ text }) => text)).toContain(
      "flash_attn is compiled or not installed, so it is traced from ConvLens's stub flash_attn.py",
    );
  });

  it("leaves a program that goes on in its own way to that", () => {
    const guarded = (handler: string) =>
      flash(`try:\n    from flash_attn import flash_attn_func\nexcept ImportError:\n    ${handler}`);
    expect(profile(guarded("flash_attn_func = lambda q, k, v: q")).totals.macs).toBe(0);
    expect(profile(guarded("pass")).totals.macs).toBe(72);
    expect(profile(guarded("raise ImportError('install it')")).totals.macs).toBe(72);
  });

  it("leaves a module that can be read to its own files, unless they call what is compiled", () => {
    const readable = { "/packages/flash_attn.py": "def flash_attn_func(q, k, v):\n    return q\n" };
    expect(profile(flash("from flash_attn import flash_attn_func"), readable).totals.macs).toBe(0);
    const compiled = {
      "/packages/flash_attn/__init__.py":
        "from .interface import flash_attn_func\n\ndef extra(x):\n    return x @ x.new_zeros(4, 1)\n",
      "/packages/flash_attn/interface.py": "import flash_attn_2_cuda as gpu\n\nflash_attn_func = gpu.fwd\n",
    };
    const both = network(
      "from flash_attn import flash_attn_func, extra",
      "pass",
      `return flash_attn_func(${attention}, ${attention}, ${attention}), extra(x)`,
      "1, 3, 4",
    );
    expect(profile(both, compiled).totals.macs).toBe(72 + 12);
  });

  it("says so of a name that it does not have", () => {
    const report = profile(
      network("from flash_attn import unheard_of", "pass", "return unheard_of(self.first(x))", "1, 3, 4"),
    );
    expect(report.complete).toBe(false);
    expect(problems(report)).toContain(
      "flash_attn.unheard_of has no stub (.convlens/stubs/flash_attn.py can have one)",
    );
  });
});

interface Shipped {
  readonly imports: string;
  readonly made?: string;
  readonly run: string;
  readonly input: string;
  readonly macs: number;
  readonly output: readonly (number | null)[];
}

const q = "q = x.view(2, 6, 4, 8)";
const scan = (call: string): string =>
  `u = x; A = torch.zeros(8, 16); B = torch.zeros(2, 16, 6); D = torch.zeros(8); return ${call}`;

const CASES: Readonly<Record<string, Shipped>> = {
  "flash_attn, packed": {
    imports: "from flash_attn import flash_attn_qkvpacked_func as attend",
    run: "return attend(x.view(2, 6, 3, 4, 8))",
    input: "2, 6, 96",
    macs: 2 * (2 * 4 * 6 * 6 * 8),
    output: [2, 6, 4, 8],
  },
  "flash_attn, samples of their own lengths": {
    imports: "from flash_attn.flash_attn_interface import flash_attn_varlen_func as attend",
    run: "q = x.view(12, 4, 8); s = torch.tensor([0, 4, 12]); return attend(q, q, q, s, s, 8, 8)",
    input: "1, 12, 32",
    macs: 2 * 4 * 8 * (4 * 4 + 8 * 8),
    output: [12, 4, 8],
  },
  "flash_attn, few heads of keys": {
    imports: "from flash_attn import flash_attn_func",
    run: `${q}; return flash_attn_func(q, q[:, :, :2], q[:, :, :2], causal=True)`,
    input: "2, 6, 32",
    macs: 2 * (2 * 4 * 6 * 6 * 8),
    output: [2, 6, 4, 8],
  },
  "xformers.ops": {
    imports: "import xformers.ops as xops",
    run: `${q}; return xops.memory_efficient_attention(q, q, q, attn_bias=xops.LowerTriangularMask())`,
    input: "2, 6, 32",
    macs: 2 * (2 * 4 * 6 * 6 * 8),
    output: [2, 6, 4, 8],
  },
  "selective_scan_cuda of mamba_ssm": {
    imports: "import selective_scan_cuda",
    run: scan("selective_scan_cuda.fwd(u, u, A, B, B, D, u, D, True)[2]"),
    input: "2, 8, 6",
    macs: 2 * 8 * 16 * 6,
    output: [2, 8, 6],
  },
  "selective_scan_cuda of VMamba": {
    imports: "import selective_scan_cuda_core as core, selective_scan_cuda",
    run: scan(
      "core.fwd(u, u, A, B, B, D, D, True, 1)[0] + selective_scan_cuda.fwd(u, u, A, B, B, D, D, True, 1)[0]",
    ),
    input: "2, 8, 6",
    macs: 2 * (2 * 8 * 16 * 6),
    output: [2, 8, 6],
  },
  "selective_scan_fn by groups": {
    imports: "from mamba_ssm.ops.selective_scan_interface import selective_scan_fn",
    run: scan(
      "selective_scan_fn(u, u, A, B.view(2, 1, 16, 6), B.view(2, 1, 16, 6), D, return_last_state=True)[1]",
    ),
    input: "2, 8, 6",
    macs: 2 * 8 * 16 * 6,
    output: [2, 8, 16],
  },
  causal_conv1d: {
    imports: "from causal_conv1d import causal_conv1d_fn",
    run: 'return causal_conv1d_fn(x, torch.zeros(8, 4), torch.zeros(8), activation="silu")',
    input: "2, 8, 6",
    macs: 2 * 8 * 4 * 6,
    output: [2, 8, 6],
  },
  "a deformable convolution of mmcv": {
    imports: "from mmcv.ops import DeformConv2dPack",
    made: "self.conv = DeformConv2dPack(4, 6, 3, padding=1)",
    run: "return self.conv(x)",
    input: "1, 4, 5, 5",
    macs: 25 * 9 * 4 * (18 + 6),
    output: [1, 6, 5, 5],
  },
  "a modulated one of mmcv": {
    imports: "from mmcv.ops.modulated_deform_conv import ModulatedDeformConv2dPack",
    made: "self.conv = ModulatedDeformConv2dPack(4, 6, kernel_size=3, padding=1, stride=1, deform_groups=2)",
    run: "return self.conv(x)",
    input: "1, 4, 5, 5",
    macs: 25 * 9 * 4 * (54 + 6),
    output: [1, 6, 5, 5],
  },
  "an extension of deformable convolutions": {
    imports: "import deform_conv_cuda",
    made: "self.weight = nn.Parameter(torch.zeros(6, 4, 3, 3))",
    run: "out = x.new_empty(1, 6, 5, 5); b = x.new_empty(0); deform_conv_cuda.deform_conv_forward_cuda(x, self.weight, x.new_zeros(1, 18, 5, 5), out, b, b, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1); return out",
    input: "1, 4, 5, 5",
    macs: 25 * 9 * 4 * 6,
    output: [1, 6, 5, 5],
  },
  "DCNv2's layers": {
    imports: "from dcn_v2 import DCN",
    made: "self.conv = DCN(4, 6, kernel_size=(3, 3), stride=1, padding=1)",
    run: "return self.conv(x)",
    input: "1, 4, 5, 5",
    macs: 25 * 9 * 4 * (27 + 6),
    output: [1, 6, 5, 5],
  },
  MultiScaleDeformableAttention: {
    imports: "import MultiScaleDeformableAttention as MSDA",
    run: "v = x.view(1, 20, 4, 8); return MSDA.ms_deform_attn_forward(v, None, None, x.new_zeros(1, 7, 4, 3, 2, 2), x.new_zeros(1, 7, 4, 3, 2), 64)",
    input: "1, 20, 32",
    macs: 7 * 4 * 3 * 2 * 8,
    output: [1, 7, 32],
  },
  "that of mmcv": {
    imports: "from mmcv.ops.multi_scale_deform_attn import MultiScaleDeformableAttention",
    made: "self.attend = MultiScaleDeformableAttention(32, 4, 3, 2, batch_first=True)",
    run: "return self.attend(x[:, :7], value=x)",
    input: "1, 20, 32",
    macs: 7 * 32 * (48 + 24 + 32) + 20 * 32 * 32 + 7 * 4 * 3 * 2 * 8,
    output: [1, 7, 32],
  },
  pointnet2_ops: {
    imports: "from pointnet2_ops.pointnet2_modules import PointnetSAModule",
    made: "self.sa = PointnetSAModule([4, 16, 32], npoint=10, radius=0.2, nsample=5)",
    run: "return self.sa(x[..., :3], x[..., 3:].transpose(1, 2).contiguous())[1]",
    input: "1, 50, 7",
    macs: 10 * 5 * (7 * 16 + 16 * 32),
    output: [1, 32, 10],
  },
  "its extension": {
    imports: "import pointnet2_ops._ext as _ext",
    run: "return _ext.group_points(x, _ext.ball_query(x.new_zeros(1, 10, 3), x.new_zeros(1, 50, 3), 0.1, 5))",
    input: "1, 4, 50",
    macs: 0,
    output: [1, 4, 10, 5],
  },
  apex: {
    imports: "from apex.normalization import FusedLayerNorm",
    made: "self.norm = FusedLayerNorm(4)",
    run: "return self.first(self.norm(x))",
    input: "1, 3, 4",
    macs: 48,
    output: [1, 3, 4],
  },
  natten: {
    imports: "from natten import NeighborhoodAttention2D",
    made: "self.attend = NeighborhoodAttention2D(dim=8, kernel_size=3, num_heads=2)",
    run: "return self.attend(x)",
    input: "1, 5, 5, 8",
    macs: 25 * (8 * 24 + 8 * 8) + 2 * 25 * 9 * 8,
    output: [1, 5, 5, 8],
  },
  "natten's products": {
    imports: "from natten.functional import natten2dqkrpb, natten2dav",
    run: "q = x.view(1, 2, 5, 5, 4); return natten2dav(natten2dqkrpb(q, q, None, 3, 1), q, 3, 1)",
    input: "1, 25, 8",
    macs: 2 * 25 * 9 * 8,
    output: [1, 2, 5, 5, 4],
  },
  torch_scatter: {
    imports: "from torch_scatter import scatter_mean",
    run: "return scatter_mean(self.first(x), torch.zeros(1, 3, 4, dtype=torch.int64), dim=1, dim_size=9)",
    input: "1, 3, 4",
    macs: 48,
    output: [1, 9, 4],
  },
  inplace_abn: {
    imports: "from inplace_abn import InPlaceABN",
    made: "self.norm = InPlaceABN(3)",
    run: "return self.first(self.norm(x))",
    input: "1, 3, 4, 4",
    macs: 3 * 4 * 16,
    output: [1, 3, 4, 4],
  },
  spatial_correlation_sampler: {
    imports: "from spatial_correlation_sampler import spatial_correlation_sample",
    run: "return spatial_correlation_sample(x, x, kernel_size=1, patch_size=9)",
    input: "1, 4, 6, 6",
    macs: 81 * 36 * 4,
    output: [1, 9, 9, 6, 6],
  },
  knn_cuda: {
    imports: "from knn_cuda import KNN",
    made: "self.near = KNN(k=5, transpose_mode=True)",
    run: "return self.near(x, x[:, :7])[1]",
    input: "1, 50, 3",
    macs: 0,
    output: [1, 7, 5],
  },
};

describe("what the stubs of ConvLens cost", () => {
  it.each(Object.entries(CASES))("%s", (_, { imports, made = "pass", run, input, macs, output }) => {
    const report = profile(network(imports, made, run, input), {}, [input.replaceAll(", ", "x")]);
    expect([problems(report), report.complete, report.output]).toEqual(["", true, [output]]);
    expect((report.totals.macs ?? 0) * (report.input.batch?.samples ?? 1)).toBe(macs);
  });
});

it("a name that a framework does not have is looked for among the files once, however often a loop asks for it", () => {
  const source = network(
    "import torch.nn.functional as F",
    "for _ in range(500): F.no_such_name",
    "return self.first(x)",
    "1, 4",
  );
  const host = memoryHost({ ...SHIPPED, "/app/model.py": source }, ["/packages"], STUBS);
  let asked = 0;
  const isFile = (file: string): boolean => {
    if (file.includes("no_such_name")) asked += 1;
    return host.isFile(file);
  };
  createEngine({ parsers, host: { ...host, isFile } }).profile("/app/model.py");
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(10);
});
