/** Squarified treemap layout (Bruls, Huizing, van Wijk, 2000): rectangles as near to squares as the areas allow. Pure. */
import type { Box } from "./chart.ts";

/** A box for each size, in the order given; sizes of zero get empty boxes. */
export function squarify(sizes: readonly number[], area: Box): readonly Box[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const boxes: Box[] = sizes.map(() => ({ left: area.left, top: area.top, width: 0, height: 0 }));
  if (total <= 0 || area.width <= 0 || area.height <= 0) return boxes;
  const scale = (area.width * area.height) / total;
  const order = sizes
    .map((size, index) => ({ index, area: size * scale }))
    .filter((item) => item.area > 0)
    .sort((a, b) => b.area - a.area);
  let free = area;
  let start = 0;
  while (start < order.length) {
    const side = Math.min(free.width, free.height);
    let end = start + 1;
    let sum = order[start]!.area;
    while (end < order.length) {
      const next = sum + order[end]!.area;
      const largest = order[start]!.area;
      if (
        worstRatio(largest, order[end]!.area, next, side) >
        worstRatio(largest, order[end - 1]!.area, sum, side)
      )
        break;
      sum = next;
      end++;
    }
    free = placeRow(order.slice(start, end), sum, free, boxes);
    start = end;
  }
  return boxes;
}

/** The most elongated rectangle of a row is its largest or its smallest. */
function worstRatio(largest: number, smallest: number, sum: number, side: number): number {
  const square = side * side;
  return Math.max((square * largest) / (sum * sum), (sum * sum) / (square * smallest));
}

/** Lays a row along the shorter side and returns what is left free. */
function placeRow(
  row: readonly { readonly index: number; readonly area: number }[],
  sum: number,
  free: Box,
  boxes: Box[],
): Box {
  const along = free.width < free.height;
  const depth = sum / (along ? free.width : free.height);
  let offset = 0;
  for (const { index, area } of row) {
    const length = area / depth;
    boxes[index] = along
      ? { left: free.left + offset, top: free.top, width: length, height: depth }
      : { left: free.left, top: free.top + offset, width: depth, height: length };
    offset += length;
  }
  return along
    ? { ...free, top: free.top + depth, height: Math.max(0, free.height - depth) }
    : { ...free, left: free.left + depth, width: Math.max(0, free.width - depth) };
}
