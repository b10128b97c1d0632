/**
 * The module tree as nested areas of cost. A swap does not move anything: the swapped layer's area empties down to
 * what remains, inside a dashed outline.
 */

import { visible } from "../../src/engine/base/visible.ts";
import type { ReportLayer } from "../../src/engine/contract/report.ts";
import { type ModuleNode, moduleTree } from "../../src/present/moduleTree.ts";
import { element } from "../shared/dom.ts";
import type { Box, ChartView } from "./chart.ts";
import { shortOf } from "./describe.ts";
import { inScope } from "./modules.ts";
import type { Row } from "./rows.ts";
import type { Scene } from "./scene.ts";
import { squarify } from "./squarify.ts";

const HEADING = 16;
const GAP = 1;
/** Room that a heading or a label needs before it is written. */
const LABEL = { width: 36, height: 30 };

interface Leaf {
  readonly row: Row;
  readonly label: string;
  readonly box: Box;
}
interface Heading {
  readonly path: string;
  readonly label: string;
  readonly box: Box;
}
interface Layout {
  readonly leaves: Leaf[];
  readonly headings: Heading[];
}

export function treemapChart(): ChartView {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const host = element("div", { class: "canvas-box" }, canvas);
  let scene: Scene | null = null;
  let layout: Layout = { leaves: [], headings: [] };

  function draw(): void {
    const brush = canvas.getContext("2d");
    if (!brush || !scene || host.clientWidth === 0) return;
    const [width, height] = [host.clientWidth, host.clientHeight];
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    brush.scale(ratio, ratio);
    layout = layOut(scene, { left: 0, top: 0, width, height });
    for (const leaf of layout.leaves) drawLeaf(brush, leaf, scene);
    for (const heading of layout.headings) drawHeading(brush, heading, scene);
  }
  return {
    element: host,
    render: (now) => {
      scene = now;
      draw();
    },
    redraw: draw,
    rowAt: (x, y) => layout.leaves.find(({ box }) => contains(box, x, y))?.row ?? null,
    boxOf: (row) => layout.leaves.find((leaf) => leaf.row.index === row.index)?.box ?? null,
    moduleAt: (x, y) =>
      layout.headings.findLast(({ box }) => contains(box, x, y) && y < box.top + HEADING)?.path ?? null,
  };
}

function contains(box: Box, x: number, y: number): boolean {
  return x >= box.left && y >= box.top && x < box.left + box.width && y < box.top + box.height;
}

/** Areas are costs before the swap: the picture must not move when a swap is tried. */
function layOut(scene: Scene, area: Box): Layout {
  const layout: Layout = { leaves: [], headings: [] };
  const rows = new Map(scene.charted.map((row) => [row.layer, row]));
  const tree = moduleTree(scene.charted.map((row) => row.layer));
  place(inside(tree, scene.state.scope), area, { ...layout, rows, scene });
  return layout;
}

/** The children of the module that the view is narrowed to. */
function inside(nodes: readonly ModuleNode[], scope: string): readonly ModuleNode[] {
  const [only] = nodes;
  const wraps =
    nodes.length === 1 && only !== undefined && only.children.length > 0 && inScope(scope, only.path);
  return wraps ? inside(only.children, scope) : nodes;
}

interface Placing extends Layout {
  readonly scene: Scene;
  readonly rows: ReadonlyMap<ReportLayer, Row>;
}

function place(nodes: readonly ModuleNode[], area: Box, placing: Placing): void {
  const boxes = squarify(
    nodes.map((node) => node.macs),
    area,
  );
  nodes.forEach((node, index) => {
    const box = inset(boxes[index]!);
    if (box.width <= 0 || box.height <= 0) return;
    const row = node.layer ? placing.rows.get(node.layer) : undefined;
    if (row && node.children.length === 0) {
      placing.leaves.push({ row, label: shortOf(node.path), box });
      return;
    }
    const titled = box.width > LABEL.width && box.height > LABEL.height;
    if (titled) placing.headings.push(headingOf(node, box, placing));
    const free = titled ? { ...box, top: box.top + HEADING, height: box.height - HEADING } : box;
    const own: readonly ModuleNode[] = node.layer
      ? [{ ...node, macs: node.layer.macs ?? 0, children: [] }]
      : [];
    place([...own, ...node.children], free, placing);
  });
}

function headingOf(node: ModuleNode, box: Box, placing: Placing): Heading {
  return {
    path: node.path,
    label: `${shortOf(node.path)}  ${placing.scene.text(afterOf(node, placing))}`,
    box,
  };
}

function afterOf(node: ModuleNode, placing: Placing): number {
  const own = node.layer ? (placing.rows.get(node.layer)?.after.macs ?? 0) : 0;
  return node.children.reduce((sum, child) => sum + afterOf(child, placing), own);
}

function inset(box: Box): Box {
  const gap = Math.min(box.width, box.height) > 4 ? GAP : 0;
  return {
    left: box.left + gap,
    top: box.top + gap,
    width: box.width - 2 * gap,
    height: box.height - 2 * gap,
  };
}

function drawLeaf(brush: CanvasRenderingContext2D, { row, label, box }: Leaf, scene: Scene): void {
  const { palette } = scene;
  const before = row.before.macs ?? 0;
  let bottom = box.top + box.height;
  for (const segment of row.segments) {
    const height = before === 0 ? 0 : (box.height * Math.min(segment.macs, before)) / before;
    brush.fillStyle = palette.kinds[segment.kind];
    brush.globalAlpha = 0.85;
    brush.fillRect(box.left, bottom - height, box.width, height);
    bottom -= height;
  }
  brush.globalAlpha = 1;
  const outline = row.changed ? palette.muted : palette.contrast;
  brush.setLineDash(row.changed ? [2, 2] : []);
  if (outline !== null) {
    brush.strokeStyle = outline;
    brush.strokeRect(box.left + 0.5, box.top + 0.5, Math.max(0, box.width - 1), Math.max(0, box.height - 1));
  }
  brush.setLineDash([]);
  if (box.width < LABEL.width || box.height < LABEL.height / 2) return;
  brush.fillStyle = row.changed ? palette.foreground : inkOn(palette.kinds[row.kind]);
  write(brush, label, box, 12, palette.font);
  if (box.height > LABEL.height) write(brush, scene.text(row.after.macs), box, 25, palette.font);
}

function drawHeading(brush: CanvasRenderingContext2D, { label, box }: Heading, scene: Scene): void {
  const { palette } = scene;
  brush.strokeStyle = palette.grid;
  brush.strokeRect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1);
  brush.fillStyle = palette.foreground;
  write(brush, label, box, 12, palette.font);
}

function write(
  brush: CanvasRenderingContext2D,
  text: string,
  box: Box,
  baseline: number,
  font: string,
): void {
  brush.save();
  brush.beginPath();
  brush.rect(box.left, box.top, box.width - 2, box.height);
  brush.clip();
  brush.font = `11px ${font}`;
  brush.fillText(visible(text), box.left + 4, box.top + baseline);
  brush.restore();
}

/** Black or white, whichever stands out more on the colour (relative luminance as WCAG defines it). */
function inkOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
    const level = Number(part) / 255;
    return level <= 0.03928 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}
