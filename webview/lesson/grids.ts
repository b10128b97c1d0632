/** Draws the lesson's grids and its curve as SVG; colours come from classes, so each theme has its own. */
import { element } from "../shared/dom.ts";
import { type ChannelMap, MOST_CELLS, MOST_MAPS, type Picture } from "./picture.ts";

const SPACE = "http://www.w3.org/2000/svg";
const MAP = 72;
const GAP = 10;
const COLUMNS = [4, 116, 228] as const;
const HEIGHT = MOST_MAPS * (MAP + GAP);

type Attributes = Readonly<Record<string, string | number>>;

export function svg(
  tag: string,
  attributes: Attributes,
  ...children: readonly (Node | string)[]
): SVGElement {
  const made = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

export interface Grids {
  readonly element: HTMLElement;
  readonly draw: (picture: Picture) => void;
}

/** Three columns: input, kernel, output. Screen readers have the summary in words. */
export function grids(names: readonly [input: string, kernel: string, output: string]): Grids {
  const drawing = svg("svg", { viewBox: `0 0 304 ${HEIGHT}`, "aria-hidden": "true", class: "lesson-grids" });
  const heads = element("div", { class: "lesson-heads", "aria-hidden": "true" });
  heads.append(...names.map((name) => element("span", {}, name)));
  return {
    element: element("div", {}, heads, drawing as unknown as Node),
    draw: ({ inputs, kernels, outputs }) => {
      const stacks = [inputs, kernels, outputs].map((maps, column) => stack(maps, COLUMNS[column] ?? 0));
      drawing.replaceChildren(
        ...stacks.flat(),
        svg("text", { x: 96, y: HEIGHT / 2, class: "lesson-sign" }, "×"),
        svg("text", { x: 208, y: HEIGHT / 2, class: "lesson-sign" }, "→"),
      );
    },
  };
}

function stack(maps: readonly ChannelMap[], left: number): readonly SVGElement[] {
  const top = ((MOST_MAPS - maps.length) * (MAP + GAP)) / 2;
  return maps.map(({ rows, active }, place) => {
    const most = Math.min(Math.max(rows.length, rows[0]?.length ?? 0, 1), MOST_CELLS);
    const cell = Math.min(MAP / most, 16);
    const [x0, y0] = [
      left + (MAP - cell * (rows[0]?.length ?? 0)) / 2,
      top + place * (MAP + GAP) + (MAP - cell * rows.length) / 2,
    ];
    return svg(
      "g",
      { class: active ? "lesson-map active" : "lesson-map" },
      ...rows.flatMap((row, y) =>
        row.map((look, x) =>
          svg("rect", {
            x: x0 + x * cell + 0.5,
            y: y0 + y * cell + 0.5,
            width: cell - 1,
            height: cell - 1,
            class: `cell-${look}`,
          }),
        ),
      ),
    );
  });
}

const PLOT = { left: 34, right: 290, top: 8, bottom: 112 } as const;
const MOST_FILTERS = 1024;

/** 1/N + 1/D_K² over N from 1 to 1024, with a dot where the lesson stands; cut off above 1.25. */
export function ratioCurve(filters: number, elements: number, axis: string): SVGElement {
  const x = (n: number): number =>
    PLOT.left + (Math.log2(Math.min(n, MOST_FILTERS)) / 10) * (PLOT.right - PLOT.left);
  const y = (ratio: number): number =>
    PLOT.bottom - (Math.min(ratio, 1.25) / 1.25) * (PLOT.bottom - PLOT.top);
  const points = Array.from({ length: 101 }, (_, step) => 2 ** (step / 10)).map(
    (n) => `${x(n).toFixed(1)},${y(1 / n + 1 / elements).toFixed(1)}`,
  );
  const line = (ratio: number, kind: string): SVGElement =>
    svg("line", { x1: PLOT.left, x2: PLOT.right, y1: y(ratio), y2: y(ratio), class: kind });
  return svg(
    "svg",
    { viewBox: "0 0 304 140", "aria-hidden": "true", class: "lesson-curve" },
    ...[0, 0.5, 1].flatMap((ratio) => [
      line(ratio, "lesson-gridline"),
      svg("text", { x: PLOT.left - 5, y: y(ratio) + 3, "text-anchor": "end" }, String(ratio)),
    ]),
    ...[1, 4, 16, 64, 256, 1024].map((n) =>
      svg("text", { x: x(n), y: PLOT.bottom + 13, "text-anchor": "middle" }, String(n)),
    ),
    svg("text", { x: PLOT.right, y: PLOT.bottom + 26, "text-anchor": "end" }, axis),
    line(1 / elements, "lesson-limit"),
    svg("polyline", { points: points.join(" "), class: "lesson-line" }),
    svg("circle", { cx: x(filters), cy: y(1 / filters + 1 / elements), r: 4, class: "lesson-dot" }),
  );
}
