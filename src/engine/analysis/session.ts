/** One interpreter over one file: its module is run once, then each root is made and traced in it. */

import type { ModelHost, ProfileOptions } from "../contract/engine.types.ts";
import type { Report, ReportArguments } from "../contract/report.ts";
import { forwardStandIn } from "../discovery/calledMethods.ts";
import { argumentsText, type GivenArguments, ProgramCalls } from "../discovery/callSites.ts";
import {
  findRoots,
  freeFunctions,
  hiddenRoots,
  isEmpty,
  type LostRoot,
  type NearRoot,
  type Root,
  type Roots,
  wantedCalls,
  withGiven,
} from "../discovery/entryPoints.ts";
import { methodOf } from "../discovery/holders.ts";
import type { FindGiven } from "../discovery/insideFunctions.ts";
import { networkIn } from "../discovery/madeNetworks.ts";
import { withMissing } from "../discovery/missingArguments.ts";
import { needsOf, optionalOf, parametersOf, suppliedArguments } from "../discovery/requiredArguments.ts";
import { type Ending, endingOf } from "../discovery/unmade.ts";
import { lostRoots } from "../discovery/unresolvedModules.ts";
import { createFrameworks } from "../frameworks/index.ts";
import { costliestRun } from "../inputs/atMost.ts";
import {
  type ChosenInput,
  calledInput,
  commentArguments,
  commentInput,
  declaredSize,
  unreadComments,
  userInput,
} from "../inputs/candidates.ts";
import {
  gapsIn,
  isAbout,
  refusals,
  saidOfSame,
  tensorsIn,
  unreadParameters,
  verdict,
} from "../inputs/runs.ts";
import { Trials } from "../inputs/trials.ts";
import { weightsSize } from "../inputs/weightsSize.ts";
import type { Assumption } from "../interpret/assumptions.ts";
import type { FailureReason } from "../interpret/bounded.ts";
import { bounded } from "../interpret/bounded.ts";
import { explore } from "../interpret/branches.ts";
import { compileArgs } from "../interpret/compile/calls.ts";
import { compilerFor } from "../interpret/compile/compiler.ts";
import { Machine } from "../interpret/machine.ts";
import { type ModuleCache, Modules } from "../interpret/modules.ts";
import { Scope } from "../interpret/scope.ts";
import { type OutermostCall, ScriptedCalls } from "../interpret/scripted.ts";
import type { Semantics } from "../interpret/semantics.ts";
import type { Gap, Trace, TraceDiagnostic } from "../interpret/trace.ts";
import {
  ABSENT,
  ClassValue,
  FunctionValue,
  Instance,
  isUnknown,
  type ModuleValue,
  NO_KWARGS,
  type Value,
} from "../interpret/values.ts";
import { PARTIAL } from "../languages/python/stdlib/functools.ts";
import { assumptionsOf, type Traced } from "../report/assumed.ts";
import { type Around, buildSurvey } from "../report/build.ts";
import { allIdle } from "../report/neverRun.ts";
import type { TracedNetwork } from "../separable/simulation.ts";
import { widthArguments } from "../separable/widthArguments.ts";
import type { Arg, Expr, FunctionNode, Language, ModuleNode } from "../syntax/ast.ts";
import { place } from "../syntax/place.ts";
import { type Span, spanText } from "../syntax/span.ts";
import { askingForNones } from "./askingForNones.ts";
import type { EngineSettings } from "./settings.ts";

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
export type Outcome = { readonly report: Report; readonly around: () => Around } | FailureReason;

/** A root's outcome, and what belongs to its trace alone. */
interface Observed {
  readonly outcome: Outcome;
  readonly ran: ReadonlySet<FunctionNode>;
  /** What the root cost to trace. */
  readonly steps: number;
  /** Another run may come further. */
  readonly isCutShort: boolean;
}

/** Arguments of a root's call, and what is to be said of where they come from. */
interface Supplied {
  readonly args: readonly Value[];
  readonly kwargs: ReadonlyMap<string, Value>;
  readonly stated?: ReportArguments;
  /** The place that gives them. */
  readonly at?: Span;
  /** What was assumed to find them. */
  readonly assumed?: readonly Assumption[];
}

/** Where arguments of a call of the program come from. */
function said(m: Machine, given: GivenArguments): Pick<Supplied, "stated" | "at" | "assumed"> {
  const { at, assumed } = given;
  return { stated: { text: argumentsText(m, given), origin: "call", at: place(at) }, at, assumed };
}

export class Session {
  private readonly m: Machine;
  private readonly module: ModuleValue;
  readonly node: ModuleNode;
  readonly modules: Modules;
  /** Why the module's own statements did not run to their end. */
  private unread: string | undefined;
  private moduleDiagnostics: readonly TraceDiagnostic[] = [];
  /** What running the module missed. */
  private moduleGaps: readonly Gap[] = [];
  private found: Roots | undefined;
  /** Puts back what frameworks count (names of layers), so that each network is made as the first one. */
  private afresh: readonly (() => void)[] = [];
  /** How running the module called networks. */
  private calls: readonly OutermostCall[] = [];
  private readonly programCalls: ProgramCalls;
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
      onFault: settings.onFault,
      onProgress: settings.onProgress,
    });
    const builtins = new Scope("builtins", undefined, semantics.createBuiltins(this.m));
    this.modules = new Modules(cache, () => builtins);
    this.m.start(semantics, builtins, this.modules);
    this.module = semantics.fileModule(this.m, file);
    this.programCalls = new ProgramCalls(this.m, this.module, (body) => bounded(this.m, body));
  }

  roots(): Roots {
    if (this.found) return this.found;
    this.m.beginTrace(SCRIPT_SHARE);
    this.m.scripted = new ScriptedCalls();
    const handlers: FunctionValue[] = [];
    if (this.m.language === "typescript")
      this.m.onFunction = (fn) => {
        if (fn.module === this.module) handlers.push(fn);
      };
    const endings: Ending[] = [];
    this.m.onRaised = (raised, reason) => {
      const ending = endingOf(raised, reason);
      if (ending?.from.file === this.options.file) endings.push(ending);
    };
    this.programCalls.watch(() => {
      const ended = bounded(this.m, () => this.modules.evaluate(this.m, this.module, "__main__"));
      this.unread = "reason" in ended ? ended.reason : undefined;
    });
    this.m.scripted = undefined;
    this.m.onFunction = undefined;
    this.m.onRaised = undefined;
    this.calls = this.m.outermostCalls.splice(0);
    this.afresh = this.m.frameworks.map((framework) => framework.snapshot?.() ?? ignore);
    const { diagnostics, gaps } = this.m.endTrace();
    this.moduleDiagnostics = diagnostics.filter((problem) => problem.at.file === this.options.file);
    this.moduleGaps = gaps;
    const found = findRoots(this.m, this.module, this.node, this.m.frameworks, endings, (callee) =>
      this.programCalls.of(callee),
    );
    const known = this.withComments(
      this.withCalls(found.roots.length > 0 ? found : { ...found, roots: this.madeRoots() }),
    );
    this.found = isEmpty(known)
      ? { ...known, roots: [...known.roots, ...this.hiddenRoots(handlers)] }
      : known;
    return this.found;
  }

  private hiddenRoots(handlers: readonly FunctionValue[]): readonly Root[] {
    const afresh = (): void => {
      for (const restore of this.afresh) restore();
    };
    const given: FindGiven = (wanted) => {
      this.programCalls.search(this.options.file, this.node, wanted);
      return (value) => this.programCalls.of(value);
    };
    return this.apart(() => hiddenRoots(this.m, this.module, this.node, { handlers, given, afresh }));
  }

  /** Roots whose arguments a comment gives. */
  private withComments(roots: Roots): Roots {
    const said = roots.near.filter((root) => commentArguments(this.node, root));
    if (said.length === 0) return roots;
    const near = roots.near.filter((root) => !said.includes(root));
    return { ...roots, roots: [...roots.roots, ...said], near };
  }

  /** What a root is called with, as its definition writes it: `depths: list[int], dims, classes=1000`. */
  signature(root: Root): string | undefined {
    const params = root.kind === "variable" ? [] : parametersOf(calledFor(root).value, root.fn);
    const texts = params.map(({ at }) => spanText(this.options.host.read(at.file), at));
    return texts.length > 0 && texts.every((text) => text !== undefined) ? texts.join(", ") : undefined;
  }

  /** Roots whose arguments calls of the program give. */
  private withCalls(roots: Roots): Roots {
    const wanted = wantedCalls(roots);
    if (wanted.length === 0) return roots;
    this.programCalls.search(this.options.file, this.node, wanted.map(calledFor));
    return withGiven(
      roots,
      wanted.flatMap((root) => {
        const given = this.programCalls.of(calledFor(root).value);
        return given ? [{ ...root, given }] : [];
      }),
    );
  }

  /** Networks that the file's own statements made and kept in no name: those of a script's `run()`. */
  private madeRoots(): readonly Root[] {
    return this.networksMade().flatMap((network): Root[] => {
      let place = network.site;
      while (place && place.at.file !== this.options.file) place = place.caller;
      const name = network.attrs.get("name");
      return place && typeof name === "string"
        ? [{ name, kind: "variable", at: place.at, value: network }]
        : [];
    });
  }

  /** What would be networks, but for weights or modules that were not found. */
  lost(): readonly LostRoot[] {
    return [...this.roots().lost, ...lostRoots(this.m, this.module, this.node)];
  }

  /** Syntax errors, and what running the module's own statements said. */
  diagnostics(): readonly TraceDiagnostic[] {
    const syntax = this.node.errors.map(({ at, message }) => ({
      severity: "error" as const,
      code: "syntax",
      message,
      at,
    }));
    return [...syntax, ...unreadComments(this.node, this.options.file), ...this.moduleDiagnostics];
  }

  /** A root by its name, a name the module defines or imports, or a class's factory: `EfficientNet.from_name`. */
  resolve(name: string): Root | FailureReason {
    const root: Root | NearRoot | undefined =
      this.roots().roots.find((candidate) => candidate.name === name) ??
      this.roots().near.find((candidate) => candidate.name === name);
    if (root && "needs" in root && !root.given) return this.asCalled(root);
    if (root) return root;
    let value: Value = this.module;
    let owner: Value = null;
    for (const part of name.split(".")) {
      const next = this.m.tryLookup(value, part);
      if (next === ABSENT) return { reason: this.missing(name) };
      owner = value;
      value = next;
    }
    if (isUnknown(value)) return { reason: value.reason };
    if (this.m.language === "python" && owner instanceof ClassValue && value instanceof FunctionValue) {
      const key = name.slice(name.lastIndexOf(".") + 1);
      const method = methodOf(this.m, owner, key, value);
      const called = { name: owner.name, value: owner };
      return this.asCalled({ name, kind: "function", at: value.node.nameAt, value: method, called });
    }
    const at =
      value instanceof FunctionValue ? value.node.nameAt : value instanceof ClassValue ? value.at : undefined;
    const kind = value instanceof Instance && value.cls !== PARTIAL ? "variable" : "function";
    const found: Root = {
      name,
      kind,
      at: at ?? { file: this.options.file, line: 1, column: 1, endLine: 1, endColumn: 1 },
      value,
    };
    return value instanceof ClassValue && needsOf(value).length > 0 ? this.asCalled(found) : found;
  }

  /** A root with the arguments that the program makes it with, where it does. */
  private asCalled(root: Root): Root {
    const called = calledFor(root);
    this.programCalls.search(this.options.file, this.node, [called]);
    const given = this.programCalls.of(called.value);
    return given ? { ...root, given } : root;
  }

  /** Why a name is not there: a module that was not read to its end may well have it. */
  private missing(name: string): string {
    const { file } = this.options;
    return this.unread === undefined
      ? `there is no ${name} in ${file}`
      : `${file} was not read to its end (${this.unread}), so ${name} was not found`;
  }

  /** Profiles a root and tells which functions ran for it, and what it took. */
  observe(root: Root, options: Pick<ProfileOptions, "args" | "input">): Observed {
    const { m } = this;
    const ran = new Set<FunctionNode>();
    m.ran = ran;
    const outcome = this.profile(root, options);
    m.ran = m.ranForAll;
    const steps = m.bounds.endNetwork();
    return { outcome, ran, steps, isCutShort: m.bounds.isCutShort };
  }

  private profile(root: Root, options: Pick<ProfileOptions, "args" | "input">): Outcome {
    const told = bounded(this.m, (): Outcome => {
      const traced = this.trace(root, options);
      return "reason" in traced ? traced : buildSurvey(traced.source);
    });
    return "reason" in told ? told : told.value;
  }

  /** Makes a network and runs it on its input. */
  trace(root: Root, options: Pick<ProfileOptions, "args" | "input">): TracedNetwork | FailureReason {
    const { m } = this;
    this.options.settings.onProgress(root.at);
    m.bounds.beginNetwork();
    const args = options.args ?? commentArguments(this.node, root)?.text;
    const all = { ...options, ...(args !== undefined && { args }) };
    return askingForNones(
      (needed) => this.attempt(root, all, needed),
      () => this.nonesOf(root, args),
    );
  }

  /** Arguments of a root that nothing gives and that are `None` then. */
  private nonesOf(root: Root, text: string | undefined): readonly string[] {
    if (root.kind === "variable" || (root.given && text === undefined)) return [];
    const own = bounded(this.m, () => this.argumentsOf(text));
    if ("reason" in own) return [];
    const { args, kwargs } = own.value;
    const names = optionalOf(calledFor(root).value, args.length, root.fn);
    return names.filter((name) => !kwargs.has(name));
  }

  /** `needed` are arguments that are to be given, and have `None` for a default. */
  private attempt(
    root: Root,
    options: Pick<ProfileOptions, "args" | "input">,
    needed: readonly string[],
  ): TracedNetwork | FailureReason {
    const { m } = this;
    m.hasCounted = false;
    if (root.unmade) return { reason: root.unmade.reason, code: "raises", at: root.unmade.at };
    m.beginTrace();
    const supplied = bounded(m, () => this.supply(root, options.args, needed));
    if ("reason" in supplied) return supplied;
    const known = new Set(this.networksMade());
    const made = bounded(m, () => this.make(root, supplied.value));
    const network = "reason" in made ? null : this.networkOf(made.value, known, root.at);
    const standIn = forwardStandIn(m, network);
    if (standIn)
      m.assume(
        "value",
        `${standIn.name}, which the program calls first, stands for the forward call`,
        standIn.node.nameAt,
      );
    const building = m.endTrace();
    if ("reason" in made) return made;
    const framework = m.frameworks.find((candidate) => candidate.isNetwork(network));
    if (!framework) {
      const lost = network instanceof Instance ? [...network.attrs.values()].find(isUnknown) : network;
      const missing = isUnknown(lost) ? lost.reason : building.diagnostics[0]?.message;
      return missing === undefined
        ? { reason: `${root.name} gives no network`, code: "no-network" }
        : { reason: missing };
    }
    const chosen =
      options.input && options.input.length > 0 ? userInput(options.input) : this.fileInput(root, network);
    if (typeof chosen === "string") return { reason: chosen };
    const declared = chosen ? undefined : framework.declaredInputs?.(m, network);
    if (isUnknown(declared)) return { reason: `its input is not known: ${declared.reason}` };
    const trials = new Trials({
      ...{ m, framework, network, inputSize: this.options.settings.inputSize },
      declaredSize: () => declaredSize(network) ?? weightsSize(m, this.module, root.fn),
    });
    const trial = trials.on(chosen);
    const { run, input } = trial;
    const { specs, origin } = input;
    const trace = verdict(run, input);
    const names = framework.layerNames(m, network);
    const parameters = framework.parameters(m, network);
    // What the file's own statements made was made before.
    const missed = root.kind === "variable" ? gapsIn(this.moduleGaps, network) : building.gaps;
    const idle = trace.gaps.length === 0 ? allIdle({ ops: trace.ops, names, parameters }) : undefined;
    const unknownParameters = unreadParameters(framework, network, missed, run.trace.gaps);
    // Runs the network again, which may take what it made with it.
    const batch = trials.batchOf(trial);
    const said = [...building.diagnostics, ...trace.diagnostics];
    // Where the program's own call of it fails, an input that was found instead is none that it has.
    const isGiven = origin === "user" || origin === "comment";
    const misused = isGiven ? [] : saidOfSame(run, this.moduleDiagnostics);
    const refused = refusals([...said, ...misused]);
    const isWhole = missed.length === 0 && refused.length === 0;
    const most = isWhole
      ? costliestRun({
          ...{ m, trace, batch },
          rerun: () => {
            const again = trials.run(input);
            return { ...again, trace: verdict(again, input) };
          },
          batchOf: (again) => trials.batchOf({ run: again, input }),
        })
      : undefined;
    const shapes = specs.map(({ shape }) => shape.map((dim) => (typeof dim === "number" ? dim : null)));
    return {
      channelAxis: (rank) => framework.channelAxis(rank),
      trained: () => {
        const { trace, inputs, output } = trials.run(input, "training");
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
        batch,
        assumptions: this.assumed(
          root,
          { framework, network, trial, batch, layers: names.keys() },
          supplied.value,
          building,
        ),
        trace: {
          ...trace,
          gaps: [
            ...missed,
            ...trace.gaps,
            ...(idle === undefined ? [] : [{ reason: idle, at: root.at }]),
            ...refused,
          ],
          diagnostics: said,
        },
        ...(most && { most }),
        inputs: run.inputs,
        outputs: tensorsIn(run.output),
        names,
        parameters,
        unknownParameters,
        diagnostics: this.diagnostics().filter(isAbout(network, names)),
      },
    };
  }

  private assumed(
    { at }: Root,
    traced: Pick<Traced, "framework" | "network" | "trial" | "batch" | "layers">,
    { stated, at: given, assumed = [] }: Supplied,
    building: Trace,
  ): readonly Assumption[] {
    const { run, input } = traced.trial;
    return assumptionsOf({
      ...traced,
      at,
      stated: stated && given && { of: stated, at: given },
      said: [
        ...assumed,
        ...(input.assumed ?? []),
        ...building.assumptions,
        ...run.trace.assumptions,
        ...this.modules.assumedFor(this.options.file, this.m.ran),
      ],
    });
  }

  private networksMade(): readonly Instance[] {
    return this.m.frameworks.flatMap((framework) => framework.made?.() ?? []);
  }

  /** The network in what a builder gives, or the only one that it made, where what it was put into is not known. */
  private networkOf(value: Value, known: ReadonlySet<Instance>, at: Span): Value {
    const { m } = this;
    const found = networkIn(m, value);
    if (m.frameworks.some((framework) => framework.isNetwork(found))) return found;
    const [only, ...others] = this.networksMade().filter((network) => !known.has(network));
    if (!only || others.length > 0) return found;
    m.assume(
      "value",
      "what gives the network is not known: it is taken to be the only one that was made",
      at,
    );
    return only;
  }

  private make(root: Root, { args, kwargs }: Supplied): Value {
    const { m } = this;
    if (root.kind === "variable") return root.value;
    // What an async builder promises is what it gives.
    return m.at(root.at, () => m.semantics.awaitValue(m, m.call(root.value, args, kwargs)));
  }

  /** What a root is called with: the user's arguments, a call's of the program, and what gives itself. */
  private supply(root: Root, text: string | undefined, needed: readonly string[]): Supplied {
    const { m } = this;
    for (const restore of this.afresh) restore();
    if (root.kind === "variable")
      return { args: [], kwargs: NO_KWARGS, ...(root.given && said(m, root.given)) };
    const given = text === undefined ? this.programCalls.of(root.given && calledFor(root).value) : undefined;
    if (given) {
      return { args: given.args, kwargs: given.kwargs, ...said(m, given) };
    }
    return m.at(root.at, () => {
      const own = this.argumentsOf(text);
      const { args, kwargs: supplied, configured } = suppliedArguments(m, root.value, own);
      const kwargs = withMissing(m, root, { args, kwargs: supplied }, needed);
      const comment = commentArguments(this.node, root);
      if (comment && comment.text === text) {
        const at = { ...root.at, line: comment.line, endLine: comment.line, column: 1 };
        return { args, kwargs, stated: { text, origin: "comment" as const, at: place(at) }, at };
      }
      const [first] = configured;
      if (!first) return { args, kwargs };
      const written = configured.map(({ name, cls }) => `${name}=${cls.name}()`).join(", ");
      return {
        args,
        kwargs,
        stated: { text: written, origin: "annotation" as const, at: place(first.at) },
        at: first.at,
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

  /** The user or a bound ended what is the same for all roots. */
  get isCutShort(): boolean {
    return this.m.bounds.isProgramCutShort;
  }

  /** A root that is not traced anew costs what it cost before. */
  charge(steps: number): void {
    this.m.bounds.charge(steps);
  }

  /** Did the program import a framework, here or in another of its files? */
  get meetsFramework(): boolean {
    const { frameworks, tableModules } = this.m;
    return [...tableModules.keys()].some((name) => frameworks.some((framework) => framework.hasModule(name)));
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
      this.ownInput(root, network) ??
      calledInput(this.calls, network) ??
      calledInput(this.callsInFunctions(), network) ??
      calledInput(this.callsAround(root, network), network)
    );
  }

  /** What the program calls a network with that is written in ops. */
  private ownInput({ ownCall }: Root, network: Value): ChosenInput | undefined {
    const framework = this.m.frameworks.find((candidate) => candidate.isNetwork(network));
    const specs = ownCall && framework?.declaredInputs?.(this.m, network);
    if (!specs || isUnknown(specs) || specs.some(({ shape }) => shape.some(isUnknown))) return undefined;
    return { specs, origin: "call", at: ownCall.at, assumed: ownCall.assumed };
  }

  /**
   * How other files call the network. They are run where it needs arguments, or where its layers do not tell what they
   * take.
   */
  private callsAround(root: Root, network: Value): readonly OutermostCall[] {
    const { m } = this;
    if (root.kind === "variable" || !(network instanceof Instance)) return [];
    const framework = m.frameworks.find((candidate) => candidate.isNetwork(network));
    const isSought = framework?.learnsSizes === true && !framework.declaredInputs?.(m, network);
    const own = { file: this.options.file, node: this.node };
    return this.apart(() => this.programCalls.inputsOf(own, root, isSought ? network : undefined));
  }

  /** How functions of the file that nothing has called (`def test():`) would call networks. */
  private callsInFunctions(): readonly OutermostCall[] {
    const { m } = this;
    this.calledInFunctions ??= this.apart(() => {
      m.outermostCalls.length = 0;
      m.scripted = new ScriptedCalls();
      for (const fn of freeFunctions(m, this.module, this.node)) {
        m.beginTrace(EXPLORING_SHARE);
        explore(m, () => bounded(m, () => m.call(fn)));
      }
      m.scripted = undefined;
      return m.outermostCalls.splice(0);
    });
    return this.calledInFunctions;
  }

  /** Runs code of the program that has to do with all roots, whichever one is asked for. */
  private apart<T>(body: () => T): T {
    const { m } = this;
    const { ran } = m;
    m.ran = m.ranForAll;
    const result = m.bounds.ofProgram(body);
    m.ran = ran;
    return result;
  }
}

const ignore = (): void => undefined;

/** Part of a network's steps that the file's own statements may take: a script that trains may have no end. */
const SCRIPT_SHARE = 0.4;

/** Part of a network's steps that each function may take which is only looked into for calls. */
const EXPLORING_SHARE = 0.05;

/** What calls of the program are sought of for a root. */
function calledFor(root: Root): { readonly name: string; readonly value: Value } {
  return root.called ?? root;
}
