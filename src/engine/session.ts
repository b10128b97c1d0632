/** One interpreter over one file: its module is run once, then each root is made and traced in it. */
import type { FailureReason, ModelHost, ProfileOptions } from "./engine.types.ts";
import { type Probed, probe, specsOf } from "./entries.ts";
import type { Framework } from "./frameworks/framework.ts";
import { createFrameworks } from "./frameworks/index.ts";
import {
  batchOf,
  type ChosenInput,
  calledInput,
  commentInput,
  declaredInput,
  declaredSize,
  FITTING_SIZES,
  firstLayer,
  type InputSpec,
  otherForms,
  ROUND_SIZES,
  samplesOf,
  userInput,
} from "./inputs.ts";
import { compileArgs } from "./interpret/compile/calls.ts";
import { compilerFor } from "./interpret/compile/compiler.ts";
import { describeRaised } from "./interpret/compile/exceptions.ts";
import { Raised, Stopped } from "./interpret/control.ts";
import { Machine, type OutermostCall, ScriptedCalls } from "./interpret/machine.ts";
import { type ModuleCache, Modules } from "./interpret/modules.ts";
import { PARTIAL } from "./interpret/python/stdlib/functools.ts";
import { Scope } from "./interpret/scope.ts";
import type { Semantics } from "./interpret/semantics.ts";
import type { TraceDiagnostic } from "./interpret/trace.ts";
import {
  ABSENT,
  ClassValue,
  FunctionValue,
  Instance,
  isUnknown,
  List,
  type ModuleValue,
  NO_KWARGS,
  Tuple,
  type Value,
} from "./interpret/values.ts";
import { type LostRoot, lostRoots } from "./lost.ts";
import { suppliedArguments } from "./needs.ts";
import { proposals } from "./probe.ts";
import { argumentsText, ProgramCalls } from "./programCalls.ts";
import { buildReport } from "./report/build.ts";
import type { Report, ReportArguments } from "./report/contract.ts";
import { place } from "./report/convert.ts";
import {
  findRoots,
  freeFunctions,
  type NearRoot,
  type Root,
  type Roots,
  wantedCalls,
  withGiven,
} from "./roots.ts";
import {
  firstMismatch,
  hasFailed,
  hasMismatch,
  misfits,
  type Run,
  startsUnbatched,
  tensorsIn,
  unreadParameters,
} from "./runs.ts";
import type { TracedNetwork } from "./separable/simulation.ts";
import { widthArguments } from "./separable/widthArguments.ts";
import type { EngineSettings } from "./settings.ts";
import type { Arg, Expr, FunctionNode, Language, ModuleNode } from "./syntax/ast.ts";
import { forwardOf, takesTensorList } from "./tensorLists.ts";
import { weightsSize } from "./weightsSize.ts";

export interface SessionOptions {
  readonly file: string;
  readonly host: ModelHost;
  readonly cache: ModuleCache;
  readonly semantics: Semantics;
  readonly settings: EngineSettings;
  readonly isCancelled: () => boolean;
  readonly parseArguments: (text: string) => readonly Arg[];
  readonly parseExpression: (language: Language, text: string) => Expr;
}

/** A traced root, or why there is none. */
export type Outcome = { readonly report: Report } | FailureReason;

/** Arguments of a root's call, and what is to be said of where they come from. */
interface Supplied {
  readonly args: readonly Value[];
  readonly kwargs: ReadonlyMap<string, Value>;
  readonly stated?: ReportArguments;
}

export class Session {
  private readonly m: Machine;
  private readonly module: ModuleValue;
  readonly node: ModuleNode;
  readonly modules: Modules;
  private moduleDiagnostics: readonly TraceDiagnostic[] = [];
  private found: Roots | undefined;
  /** Puts back what frameworks count (names of layers), so that each network is made as the first one. */
  private afresh: readonly (() => void)[] = [];
  /** How running the module called networks. */
  private calls: readonly OutermostCall[] = [];
  /** Takes back what the last trial of an input made in the network. */
  private takeBack: (() => void) | undefined;
  private last: Run | undefined;
  private readonly programCalls: ProgramCalls;
  /** The clock or the user ended what is the same for all roots. */
  isCutShort = false;
  private calledInFunctions: readonly OutermostCall[] | undefined;

  constructor(private readonly options: SessionOptions) {
    const { file, host, cache, semantics, settings } = options;
    const compiled = cache.get(file);
    if (!compiled) throw new Error(`${file} cannot be read`);
    this.node = compiled.node;
    this.m = new Machine({
      host,
      limits: settings.limits,
      frameworks: createFrameworks(),
      isCancelled: options.isCancelled,
      parseExpression: options.parseExpression,
      now: settings.now,
    });
    const builtins = new Scope("builtins", undefined, semantics.createBuiltins(this.m));
    this.modules = new Modules(cache, () => builtins);
    this.m.start(semantics, builtins, this.modules);
    this.module = semantics.fileModule(this.m, file);
    this.programCalls = new ProgramCalls(this.m, this.module, (body) => this.bounded(body));
  }

  roots(): Roots {
    if (this.found) return this.found;
    this.m.beginTrace(SCRIPT_SHARE);
    this.m.scripted = new ScriptedCalls();
    this.programCalls.watch(() => this.bounded(() => this.modules.evaluate(this.m, this.module, "__main__")));
    this.m.scripted = undefined;
    this.calls = this.m.outermostCalls.splice(0);
    this.afresh = this.m.frameworks.map((framework) => framework.snapshot?.() ?? ignore);
    this.moduleDiagnostics = this.m
      .endTrace()
      .diagnostics.filter((problem) => problem.at.file === this.options.file);
    const found = findRoots(this.m, this.module, this.node, this.m.frameworks);
    this.found = this.withCalls(found.roots.length > 0 ? found : { ...found, roots: this.madeRoots() });
    this.isCutShort = this.m.isOutOfTime;
    return this.found;
  }

  /** Roots whose arguments calls of the program give. */
  private withCalls(roots: Roots): Roots {
    const wanted = wantedCalls(roots);
    if (wanted.length === 0) return roots;
    this.programCalls.search(this.options.file, this.node, wanted);
    return withGiven(
      roots,
      wanted.flatMap((root) => {
        const given = this.programCalls.of(root.value);
        return given ? [{ ...root, given }] : [];
      }),
    );
  }

  /** Networks that the file's own statements made and kept in no name: those of a script's `run()`. */
  private madeRoots(): readonly Root[] {
    const made = this.m.frameworks.flatMap((framework) => framework.made?.() ?? []);
    return made.flatMap((network): Root[] => {
      let place = network.site;
      while (place && place.at.file !== this.options.file) place = place.caller;
      const name = network.attrs.get("name");
      return place && typeof name === "string"
        ? [{ name, kind: "variable", at: place.at, value: network }]
        : [];
    });
  }

  /** What would be networks, but for modules that were not found. */
  lost(): readonly LostRoot[] {
    this.roots();
    return lostRoots(this.m, this.module, this.node);
  }

  /** Syntax errors, and what running the module's own statements said. */
  diagnostics(): readonly TraceDiagnostic[] {
    const syntax = this.node.errors.map(({ at, message }) => ({
      severity: "error" as const,
      code: "syntax",
      message,
      at,
    }));
    return [...syntax, ...this.moduleDiagnostics];
  }

  /** A root by its name, a name the module defines or imports, or a class's factory: `EfficientNet.from_name`. */
  resolve(name: string): Root | FailureReason {
    const root: Root | NearRoot | undefined =
      this.roots().roots.find((candidate) => candidate.name === name) ??
      this.roots().near.find((candidate) => candidate.name === name);
    if (root && "needs" in root && !root.given) {
      this.programCalls.search(this.options.file, this.node, [root]);
      const given = this.programCalls.of(root.value);
      return given ? { ...root, given } : root;
    }
    if (root) return root;
    let value: Value = this.module;
    for (const part of name.split(".")) {
      const next = this.m.tryLookup(value, part);
      if (next === ABSENT) return { reason: `there is no ${name} in ${this.options.file}` };
      value = next;
    }
    if (isUnknown(value)) return { reason: value.reason };
    const at =
      value instanceof FunctionValue ? value.node.nameAt : value instanceof ClassValue ? value.at : undefined;
    const kind = value instanceof Instance && value.cls !== PARTIAL ? "variable" : "function";
    return {
      name,
      kind,
      at: at ?? { file: this.options.file, line: 1, column: 1, endLine: 1, endColumn: 1 },
      value,
    };
  }

  /** Profiles a root and tells which functions ran for it. */
  observe(
    root: Root,
    options: Pick<ProfileOptions, "input">,
  ): { readonly outcome: Outcome; readonly ran: ReadonlySet<FunctionNode>; readonly isOutOfTime: boolean } {
    const { m } = this;
    const ran = new Set<FunctionNode>();
    m.ran = ran;
    m.isOutOfTime = false;
    const outcome = this.profile(root, options);
    m.ran = m.ranForAll;
    return { outcome, ran, isOutOfTime: m.isOutOfTime };
  }

  profile(root: Root, options: Pick<ProfileOptions, "args" | "input">): Outcome {
    const traced = this.trace(root, options);
    return "reason" in traced ? traced : { report: buildReport(traced.source) };
  }

  /** Makes a network and runs it on its input. */
  trace(root: Root, options: Pick<ProfileOptions, "args" | "input">): TracedNetwork | FailureReason {
    const { m } = this;
    m.beginTrace();
    const supplied = this.bounded(() => this.supply(root, options.args));
    if ("reason" in supplied) return supplied;
    const made = this.bounded(() => this.make(root, supplied.value));
    const building = m.endTrace();
    if ("reason" in made) return made;
    const network = networkIn(m, made.value);
    const framework = m.frameworks.find((candidate) => candidate.isNetwork(network));
    if (!framework) {
      const lost = network instanceof Instance ? [...network.attrs.values()].find(isUnknown) : network;
      const missing = isUnknown(lost) ? lost.reason : building.diagnostics[0]?.message;
      return { reason: missing ?? `${root.name} gives no network` };
    }
    const chosen =
      options.input && options.input.length > 0 ? userInput(options.input) : this.fileInput(root, network);
    if (typeof chosen === "string") return { reason: chosen };
    const declared = chosen ? undefined : framework.declaredInputs?.(m, network);
    if (isUnknown(declared)) return { reason: `its input is not known: ${declared.reason}` };
    const { run, input } = this.runOn(framework, network, chosen, root);
    const { specs, origin } = input;
    const shapes = specs.map(({ shape }) => shape.map((dim) => (typeof dim === "number" ? dim : null)));
    return {
      channelAxis: (rank) => framework.channelAxis(rank),
      trained: () => {
        const { trace, inputs, output } = this.forward(framework, network, specs, "training");
        return { ops: trace.ops, inputs, outputs: tensorsIn(output) };
      },
      source: {
        tool: this.options.settings.tool,
        file: this.options.file,
        language: this.node.language,
        framework: framework.id,
        network: root.name,
        networkAt: root.at,
        networks: this.roots().roots.map(({ name }) => name),
        ...(supplied.value.stated && { arguments: supplied.value.stated }),
        widthArguments: widthArguments([root.value, network]),
        input: { shapes, dtypes: specs.map(({ dtype }) => dtype), origin },
        batch: run.batch,
        trace: {
          ...run.trace,
          gaps: [...building.gaps, ...run.trace.gaps, ...misfits(run, input)],
          diagnostics: [...building.diagnostics, ...run.trace.diagnostics],
        },
        inputs: run.inputs,
        outputs: tensorsIn(run.output),
        names: framework.layerNames(m, network),
        parameters: framework.parameters(m, network),
        unknownParameters: unreadParameters(framework, network, building.gaps, run.trace.gaps),
        diagnostics: this.diagnostics(),
      },
    };
  }

  private make(root: Root, { args, kwargs }: Supplied): Value {
    const { m } = this;
    if (root.kind === "variable") return root.value;
    // What an async builder promises is what it gives.
    return m.at(root.at, () => m.semantics.awaitValue(m, m.call(root.value, args, kwargs)));
  }

  /** What a root is called with: the user's arguments, a call's of the program, and what gives itself. */
  private supply(root: Root, text: string | undefined): Supplied {
    const { m } = this;
    for (const restore of this.afresh) restore();
    if (root.kind === "variable") return { args: [], kwargs: NO_KWARGS };
    const given = text === undefined ? this.programCalls.of(root.given && root.value) : undefined;
    if (given) {
      const stated = { text: argumentsText(m, given), origin: "call" as const, at: place(given.at) };
      return { args: given.args, kwargs: given.kwargs, stated };
    }
    return m.at(root.at, () => {
      const own = this.argumentsOf(text);
      const { kwargs, configured } = suppliedArguments(m, root.value, own);
      const [first] = configured;
      if (!first) return { args: own.args, kwargs };
      const written = configured.map(({ name, cls }) => `${name}=${cls.name}()`).join(", ");
      return {
        args: own.args,
        kwargs,
        stated: { text: written, origin: "annotation" as const, at: place(first.at) },
      };
    });
  }

  private argumentsOf(text: string | undefined): {
    args: readonly Value[];
    kwargs: ReadonlyMap<string, Value>;
  } {
    if (text === undefined || text.trim() === "") return { args: [], kwargs: NO_KWARGS };
    const { m } = this;
    const scope = new Scope("module", m.builtinScope, this.module.attrs);
    scope.moduleValue = this.module;
    const code = compileArgs(this.options.parseArguments(text), compilerFor(this.options.semantics));
    const args = code.args(m, scope);
    const kwargs = code.kwargs?.(m, scope) ?? NO_KWARGS;
    return { args: isUnknown(args) ? [args] : args, kwargs: isUnknown(kwargs) ? NO_KWARGS : kwargs };
  }

  // ------------------------------------------------------ what all roots share

  /** Functions that ran in the module's own statements, and in search of calls. */
  get ranForAll(): ReadonlySet<FunctionNode> {
    return this.m.ranForAll;
  }

  isNetwork(value: Instance): boolean {
    return this.m.frameworks.some((framework) => framework.isNetwork(value));
  }

  /** Modules whose values outlive the trace of a root. */
  lastingModules(): Iterable<ModuleValue> {
    return [...this.modules.evaluated(), ...this.m.tableModules.values()];
  }

  /** Names of the functions that are looked into for calls. */
  freeFunctions(): readonly string[] {
    return freeFunctions(this.m, this.module, this.node).map(({ name }) => name);
  }

  // -------------------------------------------------------------------- inputs

  private fileInput(root: Root, network: Value): ChosenInput | undefined {
    return (
      commentInput(this.node, root) ??
      calledInput(this.calls, network) ??
      calledInput(this.callsInFunctions(), network)
    );
  }

  /** How functions of the file that nothing has called (`def test():`) would call networks. */
  private callsInFunctions(): readonly OutermostCall[] {
    const { m } = this;
    if (this.calledInFunctions) return this.calledInFunctions;
    const { ran, isOutOfTime } = m;
    m.ran = m.ranForAll;
    m.isOutOfTime = false;
    m.outermostCalls.length = 0;
    m.scripted = new ScriptedCalls();
    for (const fn of freeFunctions(m, this.module, this.node)) {
      m.beginTrace(EXPLORING_SHARE);
      m.explore(() => this.bounded(() => m.call(fn)));
    }
    m.scripted = undefined;
    m.ran = ran;
    this.isCutShort ||= m.isOutOfTime;
    m.isOutOfTime = isOutOfTime;
    this.calledInFunctions = m.outermostCalls.splice(0);
    return this.calledInFunctions;
  }

  private runOn(
    framework: Framework,
    network: Value,
    chosen: ChosenInput | undefined,
    root: Root,
  ): { run: Run; input: ChosenInput } {
    if (chosen) {
      const run = this.forward(framework, network, chosen.specs);
      if (chosen.borrowed !== true || !hasMismatch(run)) return { run, input: chosen };
      const own = this.runOn(framework, network, undefined, root);
      return hasFailed(own.run)
        ? { run: this.forward(framework, network, chosen.specs), input: chosen }
        : own;
    }
    const ownInputs = this.declaredInputs(framework, network) ?? declaredInput(network);
    if (ownInputs) {
      const run = this.forward(framework, network, ownInputs.specs);
      if (!hasMismatch(run)) return { run, input: ownInputs };
      const other = this.searched(framework, network, root);
      return hasFailed(other.run)
        ? { run: this.forward(framework, network, ownInputs.specs), input: ownInputs }
        : other;
    }
    return this.searched(framework, network, root);
  }

  private searched(framework: Framework, network: Value, root: Root): { run: Run; input: ChosenInput } {
    this.takeBack = framework.keep?.(network);
    const found = this.tried(framework, network, root);
    this.takeBack = undefined;
    return found;
  }

  /** Tries the inputs that nothing but the network itself speaks for. */
  private tried(framework: Framework, network: Value, root: Root): { run: Run; input: ChosenInput } {
    const { args, first } = this.probed(framework, network);
    const met = (args.length === 1 ? args[0]?.layer : undefined) ?? first;
    const entrance = (met && framework.entrance(met)) ??
      firstLayer(this.m, framework, network) ?? { spatialAxes: 2, channels: 3 };
    const sized = (size: number): readonly InputSpec[] =>
      args.length > 0
        ? specsOf(framework, args, entrance, size)
        : [
            {
              shape: framework.defaultInput(entrance.spatialAxes, entrance.channels, size),
              dtype: "float32",
            },
          ];
    const declared = declaredSize(network) ?? weightsSize(this.m, this.module, root.fn);
    // Video is seen at half the side of an image.
    const usual = this.options.settings.inputSize / (entrance.spatialAxes === 3 ? 2 : 1);
    const size = declared ?? Math.ceil(usual);
    const origin = declared === undefined ? "default" : "declared";
    const run = this.forward(framework, network, sized(size));
    const proposed = origin === "default" ? this.proposed(framework, network, run, sized(size)) : undefined;
    if (proposed) return proposed;
    if (!hasFailed(run) || entrance.spatialAxes === 0)
      return this.settled(framework, network, run, { specs: sized(size), origin });
    const isRefused = !hasMismatch(run);
    let ops = 0;
    let same = 0;
    for (const fitted of isRefused ? ROUND_SIZES : FITTING_SIZES) {
      if (fitted === size) continue;
      const attempt = this.forward(framework, network, sized(fitted));
      if (isRefused ? !hasFailed(attempt) : !hasMismatch(attempt))
        return { run: attempt, input: { specs: sized(fitted), origin: "fitted" } };
      ops += attempt.trace.ops.length;
      // What fails alike at several sizes has nothing to do with the size.
      if (!isRefused && firstMismatch(attempt) === firstMismatch(run)) same += 1;
      if (same > MAX_ALIKE || ops > MAX_FITTING_OPS) break;
    }
    for (const specs of args.length > 1 ? [] : otherForms(entrance, sized(size))) {
      const attempt = this.forward(framework, network, specs);
      if (!hasFailed(attempt)) return { run: attempt, input: { specs, origin: "fitted" } };
    }
    return this.settled(framework, network, run, { specs: sized(size), origin });
  }

  /** A network that keeps what it was run on is left as the run that is told. */
  private settled(
    framework: Framework,
    network: Value,
    run: Run,
    input: ChosenInput,
  ): { run: Run; input: ChosenInput } {
    const isStale = this.takeBack !== undefined && this.last !== run;
    return { run: isStale ? this.forward(framework, network, input.specs) : run, input };
  }

  /** The arguments that the network's forward must have, with the layers they enter by. */
  private probed(framework: Framework, network: Value): Probed {
    const forward = forwardOf(network, framework.forwardNames);
    if (!forward || !framework.entryForm || takesTensorList(network, framework.forwardNames)) {
      return { args: [], first: undefined };
    }
    return probe(this.m, framework, forward, (args) => {
      this.m.inference = true;
      this.bounded(() => framework.forward(this.m, network, args));
      this.m.inference = false;
    });
  }

  /** The first input that fits of those that the network's first op speaks for. */
  private proposed(
    framework: Framework,
    network: Value,
    run: Run,
    [image]: readonly InputSpec[],
  ): { run: Run; input: ChosenInput } | undefined {
    for (const spec of image ? proposals(framework, run.trace, image) : []) {
      const attempt = this.forward(framework, network, [spec]);
      if (!hasFailed(attempt)) return { run: attempt, input: { specs: [spec], origin: "default" } };
    }
    return undefined;
  }

  /** Inputs that the network itself has; a size that it leaves open is the default one. */
  private declaredInputs(framework: Framework, network: Value): ChosenInput | undefined {
    const declared = framework.declaredInputs?.(this.m, network);
    if (!declared || isUnknown(declared)) return undefined;
    const { inputSize } = this.options.settings;
    const isOpen = declared.some(({ shape }) => shape.slice(1).some(isUnknown));
    const specs = declared.map(({ shape, dtype }) => ({
      shape: shape.map((dim, axis) => (isUnknown(dim) ? (axis === 0 ? 1 : inputSize) : dim)),
      dtype,
    }));
    return { specs, origin: isOpen ? "default" : "declared" };
  }

  /** Runs the network. Where it takes a list of tensors, that is all of them, or the samples of a batch. */
  private forward(
    framework: Framework,
    network: Value,
    specs: readonly InputSpec[],
    mode: "inference" | "training" = "inference",
  ): Run {
    this.takeBack?.();
    const tensors = (of: readonly InputSpec[]): Value[] =>
      of.map(({ shape, dtype }) => framework.input(shape, dtype));
    if (!takesTensorList(network, framework.forwardNames)) {
      return this.feed(framework, network, specs, tensors(specs), mode);
    }
    const run = this.feed(framework, network, specs, [new List(tensors(specs))], mode);
    const samples = specs.flatMap(samplesOf);
    if (!hasFailed(run) || samples.length === 0) return run;
    const single = this.feed(framework, network, samples, [new List(tensors(samples))], mode);
    return hasFailed(single) ? run : single;
  }

  private feed(
    framework: Framework,
    network: Value,
    specs: readonly InputSpec[],
    args: readonly Value[],
    mode: "inference" | "training",
  ): Run {
    const { m } = this;
    m.beginTrace();
    m.inference = mode === "inference";
    const result = this.bounded(() => framework.forward(m, network, args));
    m.inference = false;
    const trace = m.endTrace();
    const spatialAxes = firstLayer(m, framework, network)?.spatialAxes ?? 0;
    this.last = {
      trace,
      inputs: args.flatMap((arg) => tensorsIn(arg)),
      batch:
        framework.unbatched === true
          ? 1
          : args[0] instanceof List
            ? batchOf(specs, ({ shape }) => shape.length !== spatialAxes + 1)
            : batchOf(specs.slice(0, 1), (spec) => !startsUnbatched(trace, spec)),
      output: "reason" in result ? m.unknown(result.reason) : result.value,
    };
    return this.last;
  }

  // -------------------------------------------------------------------- bounds

  /** Runs code of the program: what it raises and the bounds it passes become a reason, and are said in the trace. */
  private bounded<T>(body: () => T): { readonly value: T } | FailureReason {
    const { m } = this;
    const restore = m.checkpoint();
    try {
      return { value: body() };
    } catch (error) {
      restore();
      if (!(error instanceof Raised || error instanceof Stopped)) throw error;
      const reason = error instanceof Stopped ? error.reason : describeRaised(m, error);
      const at = error instanceof Raised ? error.site?.at : undefined;
      m.diagnose({
        severity: error instanceof Stopped ? "warning" : "error",
        code: error instanceof Stopped ? "limit" : "raises",
        message: reason,
        ...(at ? { at } : {}),
      });
      m.gap(reason);
      return { reason, ...(at ? { at } : {}) };
    }
  }
}

const ignore = (): void => undefined;

/** Part of a trace's bounds that the file's own statements may take: a script that trains may have no end. */
const SCRIPT_SHARE = 0.4;

/** Part of a trace's bounds that each function may take which is only looked into for calls. */
const EXPLORING_SHARE = 0.05;

/** Sizes that may fail as the first one did. */
const MAX_ALIKE = 3;

/** Ops that may be traced in search of a size that fits. */
const MAX_FITTING_OPS = 20_000;

/** The network in what a builder gives: itself, or the first of a tuple `(model, preprocess)`. */
function networkIn(m: Machine, value: Value): Value {
  if (m.frameworks.some((framework) => framework.isNetwork(value))) return value;
  if (value instanceof Tuple || value instanceof List) {
    const inside = value.items.find((item) => m.frameworks.some((framework) => framework.isNetwork(item)));
    if (inside !== undefined) return inside;
  }
  if (value instanceof Instance && m.language === "typescript") {
    const inside = [...value.attrs.values()].find((item) =>
      m.frameworks.some((framework) => framework.isNetwork(item)),
    );
    if (inside !== undefined) return inside;
  }
  return value;
}
