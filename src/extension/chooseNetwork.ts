/** The command that chooses the network in focus: from this file, from the workspace, or none. */
import * as vscode from "vscode";
import { visible } from "../engine/base/visible.ts";
import type { Report } from "../engine/contract/report.ts";
import { totalText } from "../present/cost.ts";
import { count, inputShapes, inUnit } from "../present/text.ts";
import type { CommandContext } from "./commands.ts";
import { isSame } from "./focus.ts";
import { readSettings } from "./settings.ts";

interface Item extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

export async function chooseNetwork(context: CommandContext): Promise<void> {
  const { active, analyses, scan } = context;
  const { current } = active;
  const own = current ? await analyses.get(current.uri).catch(() => null) : null;
  const here = current && own ? own.reports.map((report) => ({ uri: current.uri, report })) : [];
  const items: Item[] = [
    ...inFocus(context),
    ...section(
      vscode.l10n.t("this file"),
      here.map((each) => networkItem(context, each)),
    ),
    ...section(
      vscode.l10n.t("workspace"),
      elsewhere(
        context,
        here.map(({ uri }) => uri.toString()),
      ),
    ),
    separator(""),
    {
      label: `$(search) ${vscode.l10n.t("Look for networks in the workspace…")}`,
      run: async () => {
        await scan.start();
        await chooseNetwork(context);
      },
    },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Network in focus"),
    placeHolder: vscode.l10n.t("All files that it runs through show its figures"),
    matchOnDescription: true,
  });
  await chosen?.run?.();
}

/** What there is to do with the network that is shown now. */
function inFocus({ active, analyses, panel }: CommandContext): Item[] {
  const { report, home } = active.current ?? {};
  if (!report || !home) return [];
  const { focus } = analyses;
  const name = visible(report.network);
  return [
    {
      label: `$(graph) ${vscode.l10n.t("Show {0} in the panel", name)}`,
      run: () => panel.show(home, report.network),
    },
    {
      label: `$(edit) ${vscode.l10n.t("Set the input of {0}…", name)}`,
      run: () => vscode.commands.executeCommand("convlens.setInput"),
    },
    {
      label: `$(symbol-parameter) ${vscode.l10n.t("Set the arguments of {0}…", name)}`,
      run: () => vscode.commands.executeCommand("convlens.setArguments", home, report.network),
    },
    ...(focus.current
      ? [
          {
            label: `$(close) ${vscode.l10n.t("None in focus: each file shows its own main network")}`,
            run: () => focus.set(undefined),
          },
        ]
      : []),
  ];
}

function networkItem(
  { analyses }: CommandContext,
  { uri, report }: { readonly uri: vscode.Uri; readonly report: Report },
): Item {
  const { network } = report;
  const { unit } = readSettings();
  return {
    label: labelOf(network, isSame(analyses.focus.current, { uri, network })),
    description: [totalText(report, { unit, t: vscode.l10n.t }), inputShapes(report.input) || "?"].join(
      " · ",
    ),
    run: () => analyses.choose(uri, network),
  };
}

/** Networks of other files: the one in focus, and those that a look through the workspace found. */
function elsewhere({ analyses, scan }: CommandContext, here: readonly string[]): Item[] {
  const { current } = analyses.focus;
  const { unit } = readSettings();
  const found = (scan.found?.files ?? []).flatMap(({ uri, label, networks }) =>
    (networks ?? []).map(({ name, macs }) => ({ uri, label, name, macs })),
  );
  const isThere = found.some(({ uri, name }) =>
    isSame(current, { uri: vscode.Uri.parse(uri), network: name }),
  );
  const kept =
    current && !isThere
      ? [
          {
            ...{ uri: current.uri.toString(), name: current.network, macs: undefined },
            label: vscode.workspace.asRelativePath(current.uri),
          },
        ]
      : [];
  return [...kept, ...found]
    .filter(({ uri }) => !here.includes(uri))
    .map(({ uri, label, name, macs }): Item => {
      const parsed = vscode.Uri.parse(uri);
      const cost = macs === undefined ? "" : macsText(macs, unit);
      return {
        label: labelOf(name, isSame(current, { uri: parsed, network: name })),
        description: [cost, label].filter((part) => part !== "").join(" · "),
        run: () => analyses.choose(parsed, name),
      };
    });
}

function macsText(macs: number | null, unit: ReturnType<typeof readSettings>["unit"]): string {
  return macs === null ? vscode.l10n.t("{0} unknown", unit) : `${count(inUnit(macs, unit))} ${unit}`;
}

function labelOf(network: string, isChosen: boolean): string {
  return `${isChosen ? "$(check)" : "$(blank)"} ${visible(network)}`;
}

function section(title: string, items: readonly Item[]): Item[] {
  return items.length > 0 ? [separator(title), ...items] : [];
}

function separator(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
