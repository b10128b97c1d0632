/** What the extension answers through VS Code's own API: lenses, hovers and commands on the workspace's networks. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { before as figureBefore, resnet18, shows, smallCnn } from "../../vscode/expected.mjs";
import { eventually, hoverText, lensesOf, openDocument, titleOn, withoutBracket } from "./editor.ts";

describe("lenses", () => {
  it("show MACs, parameters and the output of each layer", async () => {
    const document = await openDocument(smallCnn.file);
    const lenses = await lensesOf(document, smallCnn.layers.length + 1);
    for (const layer of smallCnn.layers) {
      const title = titleOn(lenses, layer.line);
      assert.ok(shows(figureBefore(title, "MACs"), layer.macs), `${layer.name}: ${title}`);
      assert.ok(shows(figureBefore(title, "params"), layer.params), `${layer.name}: ${title}`);
      assert.ok(title.includes(layer.out), `${layer.name}: ${title}`);
    }
  });

  it("show a network's totals and where its input comes from", async () => {
    const document = await openDocument(smallCnn.file);
    const title = titleOn(await lensesOf(document, 2), smallCnn.classLine);
    assert.ok(shows(figureBefore(title, "MACs"), smallCnn.macs), title);
    assert.ok(shows(figureBefore(title, "params"), smallCnn.params), title);
    assert.match(title, /1×3×32×32/);
  });

  it("sum what a line makes many times", async () => {
    const document = await openDocument(resnet18.file);
    const lenses = await lensesOf(document, 4);
    const title = titleOn(lenses, resnet18.blockConv1.line);
    assert.match(title, new RegExp(`^${resnet18.blockConv1.count} layers,`));
    assert.ok(shows(figureBefore(title, "in all"), resnet18.blockConv1.macs), title);
    const builder = titleOn(lenses, resnet18.builderLine);
    assert.ok(shows(figureBefore(builder, "MACs"), resnet18.macs), builder);
    assert.ok(shows(figureBefore(builder, "params"), resnet18.params), builder);
  });

  it("carry a command of the extension", async () => {
    const document = await openDocument(smallCnn.file);
    const commands = new Set(await vscode.commands.getCommands(true));
    for (const lens of await lensesOf(document, 2)) {
      assert.ok(lens.command && commands.has(lens.command.command), lens.command?.command);
    }
  });

  it("stay above a missing bracket and in other classes", async () => {
    const document = await openDocument(resnet18.file);
    await lensesOf(document, 4);
    await withoutBracket(document, resnet18.blockConv2.line, async () => {
      const title = await eventually(async () => {
        const lenses = await lensesOf(document, 1);
        const on = (line: number) =>
          lenses.find(({ range }) => range.start.line + 1 === line)?.command?.title;
        return on(resnet18.blockConv1.line) && on(resnet18.stem.line);
      }, "the lenses above the bracket and in the other class");
      assert.ok(shows(figureBefore(title, "MACs"), resnet18.stem.macs), title);
    });
  });
});

describe("hovers", () => {
  it("compare the standard with the separable cost by the formula", async () => {
    const document = await openDocument(smallCnn.file);
    await lensesOf(document, 2);
    const text = await hoverText(document, 9, "Conv2d");
    const row = (name: string): string =>
      text.split("\n").find((line) => line.startsWith(`| ${name}`)) ?? `no row ${name} in ${text}`;
    const macsOf = (name: string): string => row(name).split("|")[2]?.trim() ?? "";
    assert.ok(shows(macsOf("standard"), smallCnn.layers[1]?.macs ?? 0), row("standard"));
    assert.ok(shows(macsOf("depthwise"), smallCnn.conv2Separable.depthwise), row("depthwise"));
    assert.ok(shows(macsOf("pointwise"), smallCnn.conv2Separable.pointwise), row("pointwise"));
    assert.match(row("standard"), /16²·3²·16·32/);
  });

  it("say why a depthwise convolution cannot be swapped", async () => {
    const document = await openDocument(smallCnn.file);
    await lensesOf(document, 2);
    assert.match(await hoverText(document, 10, "Conv2d"), /[Dd]epthwise/);
  });
});

describe("the command", () => {
  it("opens the panel of the active file's network", async () => {
    await openDocument(smallCnn.file);
    await vscode.commands.executeCommand("convlens.profileNetwork");
    const tab = await eventually(
      () =>
        vscode.window.tabGroups.all
          .flatMap(({ tabs }) => tabs)
          .find(({ input }) => input instanceof vscode.TabInputWebview && /convlens/i.test(input.viewType)),
      "the panel's tab",
    );
    await vscode.window.tabGroups.close(tab);
  });
});
