/** What `convlens --help` prints. */

export const HELP = `convlens - what every layer of a network costs, read from its source; nothing is run

Usage
  convlens profile FILE[:NAME] [options]
  convlens simulate FILE[:NAME] [--swap all|none|NAMES] [--alpha A] [--rho R] [options]
  convlens rewrite FILE[:NAME] --layers all|NAMES [--diff|--write|--json] [options]
  convlens suggest FILE[:NAME] --budget COUNT [options]
  convlens sweep FILE[:NAME] [--alpha A,…] [--rho R,…] [--input-size S,…] [--batch N,…] [options]
  convlens measure FILE[:NAME] [--layer NAME] [--seconds N] [options]
  convlens diff BASE [HEAD] [options]
  convlens check [FILE|FOLDER|GLOB ...] [options]
  convlens sources add|update|list|remove|where [PACKAGE[==VERSION] ...]
  convlens doctor [MODULE]
  convlens mcp
  convlens server --stdio

NAME is a class, a builder function or a class's factory (EfficientNet.from_name).
Without it the file's main network is profiled.
FILE may be a folder, a glob or several files: what has no network is passed over.

Which network
  --model NAME          the same as FILE:NAME
  --args "ARGUMENTS"    arguments of its call: --args "num_classes=10, width_mult=0.5"
  --input SHAPE         input of the forward call, once for each: 1x3x224x224, 1x10:int64
  --python PATH         environment, interpreter or package folder for imports (repeats)
  --stubs FOLDER        Python files that stand for compiled modules (repeats; .convlens/stubs)
  --time-limit SECONDS  ended after so much processor time (40)
  --memory-limit MB     ended above so much memory (800)

profile
  --all                 every network of the file, as JSON Lines (or in the format asked for)
  --table               table for people (default)
  --json                one JSON object
  --csv, --markdown     the layers as a table for other programs
  --sarif               the diagnostics for code hosts
  --explain             lists under the table what was assumed; JSON always has it
  --unit macs|flops     what costs are counted in (1 MAC = 2 FLOPs); JSON always has MACs
  --budget COUNT        exit 1 above so many MACs (FLOPs with --unit flops): 300M, 4.1G
  --fail-on-unknown     exit 1 when a figure is not known
  --device NAME         least time of each layer and of all on a device: a bound, no prediction; list names them
  --dtype TYPE          float32, float16 or int8, where the device has a figure for it
  --devices FILE.json   devices of your own: [{"name", "gflops", "bandwidth" (GB/s), "dtype", "source",
                        "peaks": {"int8"}, "memory" (KiB), "weightMemory" (KiB)}]

simulate: depthwise separable convolutions, width and resolution, as in MobileNet
  --swap all|none|NAMES which convolutions, by name and with commas between; all leaves the stem
  --stem                all takes the stem too
  --alpha A             width multiplier, 1 when absent
  --round N             channels become multiples of N, but for those that groups hold; 1 (default) rounds down
  --rho R               resolution multiplier, 1 when absent
  --resized SHAPE       the input after the change, in place of --rho (repeats)
  --json, --unit        as above; --json prints before and after

rewrite: puts the swap into the source
  --layers all|NAMES    which convolutions; --stem as above
  --style inline|class  PyTorch, Keras: each call written out, or one class or function in the file; absent: what changes less
  --only                leaves other networks as they are: a helper that they use is copied for this one
  --diff                shows the change (default); --write makes it; --json prints the edits

suggest: the fewest lines to change for a budget; what one line makes changes together
  --budget COUNT        so many MACs (FLOPs with --unit flops); --stem, --round, --json, --unit as above

sweep: costs, params and peak memory over width and resolution, each cell traced as by simulate
  --alpha, --rho LIST   1,0.75,0.5,0.25 and 1,6/7,5/7,4/7 (MobileNet's 224, 192, 160, 128) when absent
  --input-size LIST     lengths of the image's shorter side; --batch LIST samples in the input, counted together
  --swap, --stem, --round as above
  --budget COUNT        the mildest swaps, α and ρ that keep within it too
  --device, --dtype, --devices   the least time of each cell on a device: a bound, no prediction
  --paper               the network in the columns of MobileNet's tables 4 to 7, beside the accuracy as published
  --table, --json, --csv, --markdown, --unit as above; ended after 600 s unless --time-limit says otherwise

measure: how long the network's convolutions take on this machine, as they are and depthwise and pointwise; the model is not run
  --layer NAME          of this layer alone
  --seconds N           for all of it (20); what the time does not reach is not measured
  --keep FILE.json      puts what this machine reached into a file for --devices
  --json                with every timing

diff: the networks of the repository that changed between two Git revisions, and by which layers
  BASE [HEAD]           commits, branches or tags; without HEAD the files as they are; BASE...HEAD from their merge base
  --table, --markdown   for people (default), and for the comment of a pull request
  --json, --sarif       for other programs; --gitlab for GitLab's code quality
  --unit, --python, --stubs as above; ended after 600 s unless --time-limit says otherwise

check: whether networks keep the budgets of [tool.convlens.budgets.NAME] in pyproject.toml, or of convlens.config.json
  NAME                  a network, FILE:NETWORK, or a glob of either; macs, params, peak_memory, share; args, input
  --config FILE         budgets of this file; absent: the nearest one upwards
  --table, --json, --sarif, --gitlab, --unit, --python, --stubs as above; exit 1 when one is exceeded or not known

sources: Python packages that are not installed here, read as text and never run
  add PACKAGE ...       gets them, and what they require, from the index that pip or uv is set to, else PyPI
  update [PACKAGE ...]  gets the version that the project names, else the newest, of those and of all that were added
  list, remove, where   what is kept, away with it, and its folder
  --no-deps             not what they require
  --index-url URL       this package index (repeats)
  --json                with list: as JSON

server: the language server, for any editor; --stdio (default), --socket=PORT, --pipe=NAME
mcp: the tools for agents, by the Model Context Protocol over standard input and output; they only read

doctor: what is seen of Python packages here, and why a module is found or is not; --python, --stubs as above

  --help, --version

Exit codes: 0 report printed, 1 a budget or check fails or a layer is refused, 2 bad usage or unreadable input.
`;
