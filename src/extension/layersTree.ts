/** The native tree "Layers": the active network by module, for the keyboard and for screen readers. */
import * as vscode from "vscode";
import { visible } from "../engine/base/visible.ts";
import type { LayerKind } from "../engine/contract/report.ts";
import { mostText } from "../present/cost.ts";
import { type ModuleNode, moduleTree } from "../present/moduleTree.ts";
import { reasonText, tooMuch } from "../present/reason.ts";
import { openFailures } from "../present/sites.ts";
import { count, inUnit, layerOutput, share } from "../present/text.ts";
import type { ActiveFile } from "./activeFile.ts";
import { readSettings } from "./settings.ts";

/** The extension's own colours, as in the panel. */
const COLOURS: Readonly<Partial<Record<LayerKind, string>>> = {
  standard: "convlens.standard",
  transposed: "convlens.standard",
  grouped: "convlens.grouped",
  depthwise: "convlens.depthwise",
  pointwise: "convlens.pointwise",
  linear: "convlens.linear",
  attention: "convlens.attention",
};

export class LayersTree implements vscode.Disposable, vscode.TreeDataProvider<ModuleNode> {
  readonly #active: ActiveFile;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #view: vscode.TreeView<ModuleNode>;
  readonly #subscriptions: vscode.Disposable[];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(active: ActiveFile) {
    this.#active = active;
    this.#view = vscode.window.createTreeView("convlens.layers", {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.#subscriptions = [
      this.#changed,
      this.#view,
      active.onDidChange(() => this.#refresh()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("convlens.unit")) this.#refresh();
      }),
    ];
    this.#refresh();
  }

  getChildren(node?: ModuleNode): ModuleNode[] {
    if (node) return [...node.children];
    const report = this.#active.current?.report;
    return report ? [...moduleTree(report.layers)] : [];
  }

  getTreeItem(node: ModuleNode): vscode.TreeItem {
    const isLeaf = node.children.length === 0;
    const collapsed = isLeaf
      ? vscode.TreeItemCollapsibleState.None
      : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(visible(node.label), collapsed);
    const cost = this.#cost(node);
    item.id = `${this.#active.current?.uri.toString()}#${this.#active.current?.report?.network}#${node.path}#${node.label}`;
    item.description = cost;
    const { layer } = node;
    if (!layer) {
      const label = vscode.l10n.t("{0}, {1} layers, {2}", visible(node.path), node.layers, cost);
      item.accessibilityInformation = { label };
      item.tooltip = label;
      return item;
    }
    const label = `${visible(layer.name)}, ${layer.type}, ${layerOutput(layer)}, ${cost}`;
    item.accessibilityInformation = { label };
    item.tooltip = label;
    item.iconPath = new vscode.ThemeIcon(
      "circle-filled",
      new vscode.ThemeColor(COLOURS[layer.kind] ?? "convlens.other"),
    );
    item.command = {
      command: "convlens.revealSource",
      title: vscode.l10n.t("Go to the layer"),
      arguments: [layer.at],
    };
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #refresh(): void {
    const { report, analysis } = this.#active.current ?? {};
    this.#view.description = visible(report?.network ?? "");
    const [failure] = analysis ? openFailures(analysis) : [];
    const limit = tooMuch(analysis);
    // An empty message takes no room.
    if (report) this.#view.message = "";
    else if (failure)
      this.#view.message = visible(`${failure.network}: ${reasonText(failure.reason, vscode.l10n.t)}`);
    else if (limit) this.#view.message = visible(limit.message);
    else this.#view.message = vscode.l10n.t("Open a file with model code to see what its layers cost.");
    this.#changed.fire();
  }

  #cost({ macs, partial, most, layer }: ModuleNode): string {
    const options = { unit: readSettings().unit, t: vscode.l10n.t };
    const { unit } = options;
    if (macs === 0 && !partial && layer?.params) return vscode.l10n.t("{0} params", count(layer.params));
    const total = this.#active.current?.report?.totals.macs;
    const amount = `${count(inUnit(macs, unit))} ${unit}`;
    const least = macs > 0 ? [vscode.l10n.t("at least {0}", amount)] : [];
    const bounds = [...least, ...(most === null ? [] : [mostText(most, options)])];
    const open = bounds.length > 0 ? bounds.join(", ") : vscode.l10n.t("{0} unknown", unit);
    return [partial ? open : amount, ...(total && macs > 0 ? [share(macs / total)] : [])].join(" · ");
  }
}
