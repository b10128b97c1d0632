/** One run of the command line: arguments in, text and an exit code out. What surrounds it is handed in. */
import type { Engine, Failure } from "../engine/contract/engine.types.ts";
import type { Place, Report, ReportDiagnostic } from "../engine/contract/report.ts";
import { formatCsv } from "../engine/formats/csv.ts";
import { explain } from "../engine/formats/explain.ts";
import { formatJson, formatJsonLine } from "../engine/formats/json.ts";
import { formatMarkdown } from "../engine/formats/markdown.ts";
import { formatSarif } from "../engine/formats/sarif.ts";
import { formatText } from "../engine/formats/text.ts";
import { where } from "../engine/formats/where.ts";
import { withBounds } from "../engine/report/bounds.ts";
import { unreadReport } from "../engine/report/unread.ts";
import { languageOf } from "../engine/syntax/parser.ts";
import { type Format, type ProfileCommand, parseCommand } from "./arguments.ts";
import { answerAtOnce, isAnsweredAtOnce } from "./atOnce.ts";
import { overBudget } from "./budget.ts";
import { check } from "./check/check.ts";
import { chooseDevice, deviceList, readDevices } from "./devices.ts";
import { diff } from "./diff/diff.ts";
import { forEachFile, noNetwork, type Opened, openFiles } from "./files.ts";
import { oneLine } from "./oneLine.ts";
import { networkOptions } from "./open.ts";
import { relativePlaces } from "./places.ts";
import { rewrite } from "./rewrite.ts";
import { simulate } from "./simulate.ts";
import { suggest } from "./suggest.ts";
import type { ExitCode, Surroundings } from "./surroundings.ts";
import { sweep } from "./sweep.ts";

export type { ExitCode, Surroundings };

export async function run(argv: readonly string[], given: Surroundings): Promise<ExitCode> {
  const command = parseCommand(argv);
  // What goes on until its client ends it is none of one run.
  if (command.kind === "mcp" || command.kind === "server") return 2;
  const around: Surroundings = { ...given, err: (text) => given.err(oneLine(text)) };
  if (isAnsweredAtOnce(command)) return answerAtOnce(command, around);
  switch (command.kind) {
    case "profile":
      return profile(command, around);
    case "doctor": {
      const { doctor } = await import("./doctor.ts");
      return doctor(command, around);
    }
    case "devices": {
      const devices = readDevices(command.devices, around);
      if (devices === undefined) return 2;
      around.out(deviceList(devices));
      return 0;
    }
    case "simulate":
      return forEachFile(command, around, simulate);
    case "rewrite":
      return forEachFile(command, around, rewrite);
    case "suggest":
      return forEachFile(command, around, suggest);
    case "sweep":
      return forEachFile(command, around, sweep);
    case "measure": {
      const { measureHere } = await import("./measure.ts");
      return measureHere(command, around);
    }
    case "diff":
      return diff(command, around);
    case "check":
      return check(command, around);
    case "sources": {
      // What gets archives from an index is a bundle of its own, so that no other command loads it.
      const { sources } = await import("./sources.ts");
      return sources(command, around);
    }
  }
}

async function profile(command: ProfileCommand, around: Surroundings): Promise<ExitCode> {
  const device = command.device === undefined ? null : chooseDevice(command.device, command, around);
  if (device === undefined) return 2;
  const opened = await openFiles(command, around);
  if (opened === undefined) return 2;
  const all = opened.files
    .map((file) => profileFile(file, command, around))
    .filter((found) => !opened.isMany || found.reports.length + found.failures.length > 0);
  if (all.length === 0) around.err(`convlens: ${noNetwork(command)}\n`);
  for (const message of all.flatMap(({ messages }) => messages)) around.err(`convlens: ${message}\n`);
  const found = all.flatMap(({ reports, unread }) => [...reports, ...unread]);
  if (found.length === 0) return 2;

  const reports = found
    .map((report) => relativePlaces(report, around.cwd))
    .map((report) => (device ? withBounds(report, device) : report));
  for (const text of render(reports, command, around)) around.out(text);
  const failures = reports.flatMap((report) => failedChecks(report, command));
  for (const failure of failures) around.err(`convlens: ${failure}\n`);
  if (failures.length > 0) return 1;
  return opened.isWhole && all.some((one) => one.reports.length > 0) ? 0 : 2;
}

/** What is found in one file; `unread` tells in a report's form of what was cut short. */
function profileFile(
  { engine, file, name }: Opened,
  given: ProfileCommand,
  around: Surroundings,
): Found & { readonly unread: readonly Report[] } {
  const command = { ...given, file: name };
  const found = command.all ? profileAll(engine, file, command) : profileOne(engine, file, command);
  const unread = found.failures.flatMap(({ network, at, problem }): Report[] => {
    if (!problem) return [];
    const tool = `convlens ${around.version}`;
    const language = languageOf(file) ?? "python";
    return [unreadReport({ tool, file, language, network, networks: found.networks, at, problem })];
  });
  return { ...found, unread };
}

interface Found {
  readonly reports: readonly Report[];
  /** Networks of the file that could not be traced. */
  readonly failures: readonly Failure[];
  /** Names of all networks of the file. */
  readonly networks: readonly string[];
  /** For stderr, one line each. */
  readonly messages: readonly string[];
}

function profileOne(engine: Engine, file: string, command: ProfileCommand): Found {
  const result = engine.profile(file, networkOptions(command));
  if (result.ok)
    return { reports: [result.report], failures: [], networks: result.report.networks, messages: [] };
  return {
    reports: [],
    failures: result.failure ? [result.failure] : [],
    networks: result.networks,
    messages: [failureLine(file, command, result).replaceAll(file, () => command.file)],
  };
}

type NoReport = Extract<ReturnType<Engine["profile"]>, { readonly ok: false }>;

/** `net.py:12:5: no network named Nett; try --model with one of Net, build_net` */
function failureLine(
  file: string,
  command: ProfileCommand,
  { reason, networks, diagnostics, failure }: NoReport,
): string {
  if (failure?.problem) return `${command.file}${lineOf(faultIn(failure))}: ${reason}`;
  // What keeps the file from being read names it, and no other network or argument would help.
  if (reason.startsWith(`${file} `)) return reason;
  const remedy = remedyFor(command, networks);
  const error = diagnostics.find((found) => found.severity === "error");
  return `${command.file}${lineOf(error?.at)}: ${reason}${detail(error, reason)}${remedy}`;
}

function remedyFor({ model }: ProfileCommand, networks: readonly string[]): string {
  if (model === undefined)
    return networks.length === 0 ? "; name one with --model, and what it needs with --args" : "";
  return networks.length === 0 || networks.includes(model)
    ? ""
    : `; try --model with one of ${networks.join(", ")}`;
}

function lineOf(at: Place | undefined): string {
  if (at === undefined || at.line < 1) return "";
  return `${where({ ...at, file: "" })}:${at.column}`;
}

function detail(error: ReportDiagnostic | undefined, reason: string): string {
  return error === undefined || reason.includes(error.message) ? "" : ` (${error.message})`;
}

function profileAll(engine: Engine, file: string, command: ProfileCommand): Found {
  const networks = engine.networks(file).map(({ name }) => name);
  const inputs = Object.fromEntries(networks.map((name) => [name, command.input]));
  const analysis = engine.analyze(file, command.input.length > 0 ? { inputs } : {});
  const messages = analysis.failures.map((failure) => failureOf(failure, command.file));
  if (analysis.reports.length === 0 && messages.length === 0) {
    const said = analysis.diagnostics.find(({ severity, code }) => severity === "error" || code === "limit");
    messages.push(`${command.file}${lineOf(said?.at)}: no network found${said ? ` (${said.message})` : ""}`);
  }
  return { reports: analysis.reports, failures: analysis.failures, networks, messages };
}

function failureOf(failure: Failure, file: string): string {
  const at = faultIn(failure);
  return `${at.line > 0 ? where({ ...at, file }) : file}: ${failure.network}: ${failure.reason}`;
}

/** The line of the file that is at fault, else the network's own. */
function faultIn({ at, problem }: Failure): Place {
  return problem?.at.file === at.file ? problem.at : at;
}

/** Report by report: each names all networks of the file, so that together they may be long. */
function* render(
  reports: readonly Report[],
  command: ProfileCommand,
  around: Surroundings,
): Generator<string> {
  if (command.format === "sarif") {
    yield formatSarif(reports);
    return;
  }
  const one = FORMATTERS[command.format];
  for (const [index, report] of reports.entries()) {
    const separator = command.format === "jsonl" || index === 0 ? "" : "\n";
    yield separator + one(report, command, around);
  }
}

type Formatter = (report: Report, command: ProfileCommand, around: Surroundings) => string;

const FORMATTERS: Readonly<Record<Exclude<Format, "sarif">, Formatter>> = {
  json: (report) => formatJson(report),
  jsonl: (report) => formatJsonLine(report),
  csv: (report, { unit }) => formatCsv(report, unit),
  markdown: (report, { unit }) => formatMarkdown(report, unit),
  text: (report, { unit, explain: isExplained }, { width, color }) =>
    `${formatText(report, { unit, width, color })}${isExplained ? explain(report) : ""}`,
};

function failedChecks(report: Report, { unit, budgetMacs, failOnUnknown }: ProfileCommand): string[] {
  const failures: string[] = [];
  const where = placeOf(report.network_at, report.file);
  const over = budgetMacs === undefined ? undefined : overBudget(report, budgetMacs, unit);
  if (over !== undefined) failures.push(`${where}: ${report.network}${over}`);
  if (failOnUnknown && !report.complete) {
    const [first] = report.diagnostics.filter((found) => found.severity !== "info");
    failures.push(
      first === undefined
        ? `${where}: ${report.network} has figures that are not known`
        : `${placeOf(first.at, report.file)}: ${report.network} has figures that are not known: ${first.message}`,
    );
  }
  return failures;
}

function placeOf(at: Place | null, file: string): string {
  return at === null ? file : where(at);
}
